//! The type checker of rules. A name that does not exist, a comparison of a number with a text, an intent that no
//! classifier gives: each is found when the settings are written and not when a customer waits.

mod functions;
mod operators;

use crate::expression::{self, Scope};
use crate::facts::{FIELDS, Field, FieldType, GROUPS, GROUPS_OF_OLD};
use crate::suggest;
use cel::common::ast::{ComprehensionExpr, Expr, IdedExpr, LiteralValue, SelectExpr};

/// Loops inside loops make the work of a rule grow with each; two levels are enough for words in lists.
const LOOPS_DEEPEST: usize = 2;

/// A fault and the node of the expression it belongs to.
pub(crate) struct Found {
    pub node: u64,
    pub what: String,
    pub cure: String,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Bool,
    Int,
    Double,
    Text,
    List(Box<Kind>),
    /// An empty list, which fits every list.
    EmptyList,
}

impl Kind {
    fn name(&self) -> &'static str {
        match self {
            Kind::Bool => "true or false",
            Kind::Int | Kind::Double => "a number",
            Kind::Text => "text",
            Kind::List(_) | Kind::EmptyList => "a list",
        }
    }

    fn is_number(&self) -> bool {
        matches!(self, Kind::Int | Kind::Double)
    }

    fn is_list(&self) -> bool {
        matches!(self, Kind::List(_) | Kind::EmptyList)
    }

    /// The kind that both are, if there is one.
    fn join(&self, other: &Kind) -> Option<Kind> {
        match (self, other) {
            (Kind::EmptyList, list) | (list, Kind::EmptyList) if list.is_list() => Some(list.clone()),
            (one, two) if one == two => Some(one.clone()),
            _ => None,
        }
    }

    fn comparable(&self, other: &Kind) -> bool {
        (self.is_number() && other.is_number()) || self.join(other).is_some()
    }
}

/// The full name of a field that a selection spells: `post.text`. None for anything else.
pub(crate) fn field_name(select: &SelectExpr) -> Option<String> {
    let Expr::Ident(group) = &select.operand.expr else { return None };
    (!select.test && GROUPS.contains(&group.as_str())).then(|| format!("{group}.{}", select.field))
}

/// The text of a literal node.
pub(crate) fn text_literal(node: &IdedExpr) -> Option<&str> {
    match &node.expr {
        Expr::Literal(literal) => expression::literal_text(literal),
        _ => None,
    }
}

pub(crate) fn check(root: &IdedExpr, scope: Scope, teams: &[&str]) -> Vec<Found> {
    let mut checker = Checker { scope, teams, variables: Vec::new(), loops: 0, faults: Vec::new() };
    if let Some(kind) = checker.kind(root)
        && kind != Kind::Bool
    {
        let what = format!("comes out as {}, but must be true or false", kind.name());
        checker.fault(root, what, "compare it with something, e.g. `post.followers > 1000`");
    }
    checker.faults
}

struct Checker<'a> {
    scope: Scope,
    teams: &'a [&'a str],
    /// Names that loops bind, innermost last.
    variables: Vec<(&'a str, Option<Kind>)>,
    loops: usize,
    faults: Vec<Found>,
}

impl<'a> Checker<'a> {
    fn fault(&mut self, node: &IdedExpr, what: impl Into<String>, cure: impl Into<String>) {
        self.faults.push(Found { node: node.id, what: what.into(), cure: cure.into() });
    }

    /// The kind of an expression; none when a fault was noted within it, so that it is not noted twice.
    fn kind(&mut self, node: &'a IdedExpr) -> Option<Kind> {
        match &node.expr {
            Expr::Literal(literal) => self.literal(node, literal),
            Expr::Ident(name) => self.name(node, name),
            Expr::Select(select) => self.select(node, select),
            Expr::List(list) => self.list(node, &list.elements, !list.optional_indices.is_empty()),
            Expr::Call(call) => self.call(node, call),
            Expr::Comprehension(fold) => self.fold(node, fold),
            Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => {
                self.fault(
                    node,
                    "holds a mapping or a structure",
                    "use the fields of the context, numbers, texts and lists",
                );
                None
            }
        }
    }

    fn literal(&mut self, node: &IdedExpr, literal: &LiteralValue) -> Option<Kind> {
        match literal {
            LiteralValue::Boolean(_) => Some(Kind::Bool),
            LiteralValue::Int(_) => Some(Kind::Int),
            LiteralValue::Double(_) => Some(Kind::Double),
            LiteralValue::String(_) => Some(Kind::Text),
            LiteralValue::UInt(_) | LiteralValue::Bytes(_) | LiteralValue::Null => {
                self.fault(node, "holds a null, bytes or an unsigned number", "write 5, 0.5, \"text\", true or false");
                None
            }
        }
    }

    fn name(&mut self, node: &IdedExpr, name: &str) -> Option<Kind> {
        if let Some((_, kind)) = self.variables.iter().rev().find(|(variable, _)| *variable == name) {
            return kind.clone();
        }
        if GROUPS.contains(&name) {
            let example = FIELDS.iter().map(|field| field.name).find(|field| field.starts_with(name)).unwrap_or(name);
            self.fault(node, format!("`{name}` is a group of fields"), format!("name one of them, e.g. `{example}`"));
        } else {
            let cure = match FIELDS.iter().find(|field| field.name.ends_with(&format!(".{name}"))) {
                Some(field) => format!("did you mean `{}`?", field.name),
                None => suggest::cure(name, GROUPS),
            };
            self.fault(node, format!("there is nothing named `{name}`"), cure);
        }
        None
    }

    fn select(&mut self, node: &IdedExpr, select: &SelectExpr) -> Option<Kind> {
        if select.test {
            self.fault(
                node,
                "asks with has() whether a field is there, but every field always is",
                "compare it, e.g. `post.region != \"\"`",
            );
            return None;
        }
        let field = self.field(node, select)?;
        if self.scope == Scope::Filter && !field.name.starts_with("post.") {
            let what = format!("`{}` is not known yet when filters run", field.name);
            self.fault(node, what, "ask only about post.*, or write a rule under `rules`");
            return None;
        }
        Some(match field.kind {
            FieldType::Text | FieldType::OneOf(_) | FieldType::Language | FieldType::Topic | FieldType::Team => {
                Kind::Text
            }
            FieldType::ListOf(_) => Kind::List(Box::new(Kind::Text)),
            FieldType::Bool => Kind::Bool,
            FieldType::Int => Kind::Int,
            FieldType::Double => Kind::Double,
        })
    }

    fn field(&mut self, node: &IdedExpr, select: &SelectExpr) -> Option<&'static Field> {
        if let Some(field) = known_field(select) {
            return Some(field);
        }
        match &select.operand.expr {
            Expr::Ident(group) if GROUPS.contains(&group.as_str()) => {
                let fields: Vec<&str> =
                    FIELDS.iter().filter_map(|field| field.name.strip_prefix(group)?.strip_prefix('.')).collect();
                let what = format!("`{group}` has no field `{}`", select.field);
                self.fault(node, what, suggest::cure(&select.field, &fields));
            }
            Expr::Ident(group) => {
                self.fault(node, format!("there is nothing named `{group}`"), suggest::cure(group, GROUPS));
            }
            _ => self.fault(
                node,
                format!("asks for `.{}` of something that has no fields", select.field),
                "name a field such as `post.text`",
            ),
        }
        None
    }

    fn list(&mut self, node: &'a IdedExpr, items: &'a [IdedExpr], optional: bool) -> Option<Kind> {
        if optional {
            self.fault(node, "holds an optional item", "leave out the question mark");
            return None;
        }
        let mut joined = Kind::EmptyList;
        for item in items {
            let kind = self.kind(item)?;
            joined = match joined {
                Kind::EmptyList => Kind::List(Box::new(kind)),
                Kind::List(one) if *one == kind => Kind::List(one),
                _ => {
                    self.fault(
                        item,
                        format!("the list holds {} beside something else", kind.name()),
                        "make all items of one kind",
                    );
                    return None;
                }
            };
        }
        Some(joined)
    }

    /// `exists`, `all`, `exists_one`, `filter` and `map`, which the parser has unfolded into one general loop.
    fn fold(&mut self, node: &'a IdedExpr, fold: &'a ComprehensionExpr) -> Option<Kind> {
        if self.loops == LOOPS_DEEPEST {
            self.fault(
                node,
                format!("has more than {LOOPS_DEEPEST} loops inside each other"),
                "split it into several rules",
            );
            return None;
        }
        if GROUPS_OF_OLD.contains(&fold.iter_var.as_str()) || fold.iter_var2.is_some() {
            self.fault(
                node,
                format!("the loop calls its item `{}`", fold.iter_var),
                "choose another name, e.g. `word`",
            );
            return None;
        }
        let item = match self.kind(&fold.iter_range)? {
            Kind::List(one) => Some(*one),
            Kind::EmptyList => None,
            other => {
                self.fault(
                    node,
                    format!("runs over {}, which is no list", other.name()),
                    "write a list, e.g. `[\"one\", \"two\"]`",
                );
                return None;
            }
        };
        let start = self.kind(&fold.accu_init)?;
        self.loops += 1;
        self.variables.push((&fold.iter_var, item));
        self.variables.push((&fold.accu_var, Some(start.clone())));
        self.kind(&fold.loop_cond);
        let step = self.kind(&fold.loop_step);
        self.variables.truncate(self.variables.len() - 2);
        self.loops -= 1;
        let total = start.join(&step?)?;
        self.variables.push((&fold.accu_var, Some(total)));
        let result = self.kind(&fold.result);
        self.variables.pop();
        result
    }
}

fn known_field(select: &SelectExpr) -> Option<&'static Field> {
    let name = field_name(select)?;
    FIELDS.iter().find(|field| field.name == name)
}
