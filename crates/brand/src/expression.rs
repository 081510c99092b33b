//! From the text of a rule to something that can be asked of every post: parsed once, checked against the typed
//! context, and rewritten so that asking is cheap. A field is looked up by its whole name, a pattern is compiled
//! once, a list is built once.

use crate::check::{self, Found};
use crate::depth;
use crate::facts::{Facts, constant_name, open_name};
use cel::common::ast::{Expr, LiteralValue, SourceInfo};
use cel::common::types::{self, CelBool, CelString, Type};
use cel::common::value::{CowVal, StaticVal, Val};
use cel::parser::Expression as Ast;
use cel::{Context, Env, ExecutionError, Program, Value};
use std::any::Any;
use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

/// The longest expression, in bytes.
const EXPRESSION_MOST_BYTES: usize = 4096;

/// The largest compiled pattern, in bytes: room for long word lists, none for a pattern that eats the memory.
const PATTERN_MOST_BYTES: usize = 4 * 1024 * 1024;

/// What an expression may ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Before classification: only the post is there.
    Filter,
    Rule,
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Characters from the start of the expression.
    pub offset: usize,
    pub what: String,
    pub cure: String,
}

/// A rule that can be asked.
#[derive(Debug)]
pub(crate) struct Expression {
    ast: Ast,
}

/// Every fault of an expression; none when it may be compiled.
pub(crate) fn check(text: &str, scope: Scope, teams: &[&str]) -> Vec<Fault> {
    match compile(text, scope, teams, &mut Vec::new()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults,
    }
}

/// Compiles an expression; its patterns and lists are added to the brand's constants.
pub(crate) fn compile(
    text: &str,
    scope: Scope,
    teams: &[&str],
    constants: &mut Vec<Box<dyn Val>>,
) -> Result<Expression, Vec<Fault>> {
    if text.len() > EXPRESSION_MOST_BYTES {
        return Err(vec![Fault {
            offset: 0,
            what: format!("is {} bytes, and an expression has at most {EXPRESSION_MOST_BYTES}", text.len()),
            cure: "split it into several rules".to_owned(),
        }]);
    }
    depth::check(text).map_err(|fault| vec![fault])?;
    let program = Program::compile(text).map_err(|errors| vec![syntax_fault(text, &errors)])?;
    let found = check::check(program.expression(), scope, teams);
    if !found.is_empty() {
        let placed = found.into_iter().map(|Found { node, what, cure }| Fault {
            offset: offset_of(program.source_info(), node),
            what,
            cure,
        });
        return Err(placed.collect());
    }
    let mut ast = program.expression().clone();
    rewrite(&mut ast, teams, constants);
    Ok(Expression { ast })
}

/// An expression as its parts; none for a text that is no expression.
pub(crate) fn parse(text: &str) -> Option<Ast> {
    Program::compile(text).ok().map(|program| program.expression().clone())
}

/// Takes the numbers out of an expression by which its parts know their places.
pub(crate) fn forget_places(node: &mut Ast) {
    node.id = 0;
    for child in children(node) {
        forget_places(child);
    }
}

/// The parts of an expression, one level down.
pub(crate) fn parts(node: &Ast) -> Vec<&Ast> {
    match &node.expr {
        Expr::Call(call) => call.target.as_deref().into_iter().chain(call.args.iter()).collect(),
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::Comprehension(fold) => {
            vec![&fold.iter_range, &fold.accu_init, &fold.loop_cond, &fold.loop_step, &fold.result]
        }
        // As in `children`.
        _ => Vec::new(),
    }
}

fn offset_of(source: &SourceInfo, id: u64) -> usize {
    source.offset_for(id).map_or(0, |(start, _)| start as usize)
}

/// The parser's words are for people who know its grammar; the frequent slips have a cure of their own.
fn syntax_fault(text: &str, errors: &cel::ParseErrors) -> Fault {
    let first = errors.errors.first();
    let message = first.map_or("unknown fault", |error| error.msg.as_str());
    let message = message.split(" expecting").next().unwrap_or(message).trim_start_matches("Syntax error: ");
    let column = first.map_or(0, |error| usize::try_from(error.pos.1).unwrap_or(0));
    let line_start = match first.map_or(1, |error| error.pos.0) {
        line if line > 1 => {
            text.split_inclusive('\n').take(usize::try_from(line - 1).unwrap_or(0)).map(|l| l.chars().count()).sum()
        }
        _ => 0,
    };
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    let cure = if words.iter().any(|word| ["and", "or", "not"].contains(&word.to_lowercase().as_str())) {
        "write && for and, || for or, ! for not"
    } else if message.contains("'='") || (text.contains('=') && !text.contains("==")) {
        "write == to compare"
    } else {
        "write an expression such as `class.intent == \"complaint\" && post.followers > 10000`"
    };
    Fault {
        offset: line_start + column.saturating_sub(1),
        what: format!("is not a CEL expression: {}", message.lines().next().unwrap_or_default()),
        cure: cure.to_owned(),
    }
}

/// Replaces what is the same for every post by a name that the context answers without work.
fn rewrite(node: &mut Ast, teams: &[&str], constants: &mut Vec<Box<dyn Val>>) {
    let replaced = match &node.expr {
        Expr::Select(select) => check::field_name(select).map(Expr::Ident),
        Expr::Call(call) if call.func_name == "open" && call.target.is_none() => {
            let index = call.args.first().and_then(check::text_literal);
            index.and_then(|id| teams.iter().position(|team| *team == id)).map(open_name).map(Expr::Ident)
        }
        Expr::List(list) if list.elements.iter().all(|item| matches!(item.expr, Expr::Literal(_))) => {
            let value = Value::resolve_val(node, &Context::empty()).ok().map(CowVal::into_owned);
            value.map(|value| Expr::Ident(keep(constants, value)))
        }
        _ => None,
    };
    if let Some(expr) = replaced {
        node.expr = expr;
        return;
    }
    if let Expr::Call(call) = &mut node.expr
        && call.func_name == "matches"
        && let [argument] = call.args.as_mut_slice()
        && let Some(Ok(pattern)) = check::text_literal(argument).map(pattern)
    {
        argument.expr = Expr::Ident(keep(constants, Box::new(Pattern(pattern))));
    }
    for child in children(node) {
        rewrite(child, teams, constants);
    }
}

fn keep(constants: &mut Vec<Box<dyn Val>>, value: Box<dyn Val>) -> String {
    constants.push(value);
    constant_name(constants.len() - 1)
}

fn children(node: &mut Ast) -> Vec<&mut Ast> {
    match &mut node.expr {
        Expr::Call(call) => call.target.as_deref_mut().into_iter().chain(call.args.iter_mut()).collect(),
        Expr::List(list) => list.elements.iter_mut().collect(),
        Expr::Select(select) => vec![&mut select.operand],
        Expr::Comprehension(fold) => {
            let fold = fold.as_mut();
            vec![&mut fold.iter_range, &mut fold.accu_init, &mut fold.loop_cond, &mut fold.loop_step, &mut fold.result]
        }
        // The checker lets no mapping and no structure through; the rest has no parts.
        _ => Vec::new(),
    }
}

/// A regular expression in the syntax of the `regex` crate, found anywhere in the text; linear in its length.
pub(crate) fn pattern(text: &str) -> Result<regex::Regex, regex::Error> {
    regex::RegexBuilder::new(text).size_limit(PATTERN_MOST_BYTES).build()
}

/// A compiled pattern as a value of the expression language.
struct Pattern(regex::Regex);

const PATTERN_TYPE_NAME: &str = "earshot.pattern";
static PATTERN_TYPE: Type = Type::new_unspecified_type(PATTERN_TYPE_NAME);

impl std::fmt::Debug for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pattern")
    }
}

impl Val for Pattern {
    fn get_type(&self) -> &Type {
        &PATTERN_TYPE
    }

    fn cel_type() -> &'static Type {
        &PATTERN_TYPE
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(Pattern(self.0.clone()))
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Pattern {}

fn matches_pattern<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [text, pattern] = arguments.as_slice() else { return Err(ExecutionError::missing_argument_or_target()) };
    let found = match (text.downcast_ref::<CelString<'_>>(), pattern.downcast_ref::<Pattern>()) {
        (Some(text), Some(pattern)) => pattern.0.is_match(text.inner()),
        _ => return Err(ExecutionError::function_error("matches", "not a text and a pattern")),
    };
    Ok(CowVal::owned(CelBool::from(found)))
}

/// The standard functions, and `matches` for compiled patterns. Built once in the life of the process.
static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib();
    env.add_member_overload(
        "matches",
        "matches_pattern",
        types::STRING_TYPE,
        vec![Type::new_unspecified_type(PATTERN_TYPE_NAME)],
        matches_pattern,
    )
    .expect("the standard functions know no pattern type");
    Arc::new(env)
});

/// The context in which one post's expressions are asked, one after the other.
pub(crate) fn context<'v>(facts: &'v Facts<'v>) -> Context<'v, 'v> {
    let mut context = Context::with_env(Arc::clone(&ENV));
    context.set_variable_resolver(facts);
    context
}

impl Expression {
    /// Whether the expression holds. The error names the kind of fault and never a value: values may be personal.
    pub fn holds(&self, context: &Context<'_, '_>) -> Result<bool, Cow<'static, str>> {
        match Value::resolve_val(&self.ast, context) {
            Ok(value) => match value.downcast_ref::<CelBool>() {
                Some(holds) => Ok(*holds.inner()),
                None => Err("could not be evaluated: it came out neither true nor false".into()),
            },
            Err(error) => Err(reason(&error)),
        }
    }
}

fn reason(error: &ExecutionError) -> Cow<'static, str> {
    match error {
        ExecutionError::Overflow(..) => "could not be evaluated: a number grew too large".into(),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "could not be evaluated: division by zero".into()
        }
        ExecutionError::IndexOutOfBounds(_) => "could not be evaluated: the list has no such item".into(),
        ExecutionError::FunctionError { function, .. } => {
            format!("could not be evaluated: {function} cannot read its argument").into()
        }
        _ => "could not be evaluated".into(),
    }
}

/// The text of a literal, used by the checker and the rewriting alike.
pub(crate) fn literal_text(literal: &LiteralValue) -> Option<&str> {
    match literal {
        LiteralValue::String(text) => Some(text.inner()),
        _ => None,
    }
}
