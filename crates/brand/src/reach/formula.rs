//! What a condition asks, taken apart: and, or, not over atoms. An atom is a comparison of a field with a value, or
//! anything else that is true or false, known by how it is written.

use crate::check::{field_name, text_literal};
use crate::expression;
use crate::facts::{FIELDS, Field, FieldType};
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};
use std::collections::HashMap;

/// Whole numbers beyond this are not told apart as 64-bit fractions.
const EXACT_MOST: u64 = 1 << 53;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Atom {
    /// A field of text has this value.
    Is { field: &'static Field, value: String },
    /// A number is at most this, or below it when `strict`.
    AtMost { field: &'static Field, bound: f64, strict: bool },
    /// A number is this.
    Equals { field: &'static Field, value: f64 },
    /// True or false, by how it is written.
    Free(String),
}

impl Atom {
    pub fn field(&self) -> Option<&'static Field> {
        match self {
            Atom::Is { field, .. } | Atom::AtMost { field, .. } | Atom::Equals { field, .. } => Some(field),
            Atom::Free(_) => None,
        }
    }

    /// The same for atoms that are the same, and for no others.
    fn written(&self) -> String {
        match self {
            Atom::Is { field, value } => format!("{} is {value}", field.name),
            Atom::AtMost { field, bound, strict } => format!("{} at most {bound} {strict}", field.name),
            Atom::Equals { field, value } => format!("{} equals {value}", field.name),
            Atom::Free(text) => format!("free {text}"),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Formula {
    Known(bool),
    /// Index into [`Builder::atoms`].
    Atom(usize),
    Not(Box<Formula>),
    All(Vec<Formula>),
    Any(Vec<Formula>),
}

/// A whole condition.
#[derive(Debug)]
pub(super) struct Condition {
    pub formula: Formula,
    /// Whether evaluating it may fail, as a division by zero does.
    pub fallible: bool,
}

/// Takes conditions apart; equal atoms of all of them are one.
pub(super) struct Builder {
    pub atoms: Vec<Atom>,
    /// By how an atom is written: its index.
    known: HashMap<String, usize>,
    /// Teams that are always there.
    always: Vec<String>,
}

/// A comparison as it is written, with the field on the left.
#[derive(Clone, Copy)]
enum Order {
    Below,
    AtMost,
    Above,
    AtLeast,
}

impl Builder {
    pub fn new(always: Vec<String>) -> Builder {
        Builder { atoms: Vec::new(), known: HashMap::new(), always }
    }

    /// None for a text that is no expression, which checked settings do not have.
    pub fn condition(&mut self, text: &str) -> Option<Condition> {
        let ast = expression::parse(text)?;
        Some(Condition { fallible: may_fail(&ast), formula: self.formula(&ast) })
    }

    pub fn free(&mut self, text: String) -> Formula {
        self.atom(Atom::Free(text))
    }

    fn atom(&mut self, atom: Atom) -> Formula {
        let atoms = &mut self.atoms;
        let index = *self.known.entry(atom.written()).or_insert_with(|| {
            atoms.push(atom);
            atoms.len() - 1
        });
        Formula::Atom(index)
    }

    fn formula(&mut self, node: &IdedExpr) -> Formula {
        match &node.expr {
            Expr::Literal(LiteralValue::Boolean(known)) => Formula::Known(*known.inner()),
            Expr::Select(_) => self.truth_of(node),
            Expr::Call(call) => self.call(node, call),
            _ => self.as_written(node),
        }
    }

    fn call(&mut self, node: &IdedExpr, call: &CallExpr) -> Formula {
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND, [left, right]) => Formula::All(vec![self.formula(left), self.formula(right)]),
            (operators::LOGICAL_OR, [left, right]) => Formula::Any(vec![self.formula(left), self.formula(right)]),
            (operators::LOGICAL_NOT, [one]) => not(self.formula(one)),
            (operators::CONDITIONAL, [condition, yes, no]) => {
                let (condition, yes, no) = (self.formula(condition), self.formula(yes), self.formula(no));
                let otherwise = Formula::All(vec![not(condition.clone()), no]);
                Formula::Any(vec![Formula::All(vec![condition, yes]), otherwise])
            }
            (operators::EQUALS, [left, right]) => self.equality(left, right),
            (operators::NOT_EQUALS, [left, right]) => {
                let equal = self.equality(left, right);
                not(equal)
            }
            (operators::LESS, [left, right]) => self.order(node, left, right, Order::Below, Order::Above),
            (operators::LESS_EQUALS, [left, right]) => self.order(node, left, right, Order::AtMost, Order::AtLeast),
            (operators::GREATER, [left, right]) => self.order(node, left, right, Order::Above, Order::Below),
            (operators::GREATER_EQUALS, [left, right]) => self.order(node, left, right, Order::AtLeast, Order::AtMost),
            (operators::IN, [item, list]) => self.membership(node, item, list),
            ("open", [team]) if text_literal(team).is_some_and(|team| self.always.iter().any(|id| id == team)) => {
                Formula::Known(true)
            }
            _ => self.as_written(node),
        }
    }

    /// A field that is true or false.
    fn truth_of(&mut self, node: &IdedExpr) -> Formula {
        match field(node) {
            Some(open) if open.name == "brand.open" && !self.always.is_empty() => Formula::Known(true),
            Some(field) => self.free(field.name.to_owned()),
            None => self.as_written(node),
        }
    }

    fn equality(&mut self, left: &IdedExpr, right: &IdedExpr) -> Formula {
        for (one, other) in [(left, right), (right, left)] {
            if let Expr::Literal(LiteralValue::Boolean(known)) = &other.expr {
                let one = self.formula(one);
                return if *known.inner() { one } else { not(one) };
            }
            let Some(field) = field(one) else { continue };
            if let Some(value) = text_literal(other) {
                return self.atom(Atom::Is { field, value: value.to_owned() });
            }
            if let Some(value) = number(other) {
                let broken = field.kind == FieldType::Int && value.fract() != 0.0;
                return if broken { Formula::Known(false) } else { self.atom(Atom::Equals { field, value }) };
            }
        }
        // Each side may be written first.
        let (mut one, mut other) = (written(left), written(right));
        if one > other {
            std::mem::swap(&mut one, &mut other);
        }
        self.free(format!("{one} == {other}"))
    }

    fn order(&mut self, node: &IdedExpr, left: &IdedExpr, right: &IdedExpr, as_is: Order, turned: Order) -> Formula {
        if let (Some(field), Some(bound)) = (field(left), number(right)) {
            return self.bound(field, bound, as_is);
        }
        if let (Some(bound), Some(field)) = (number(left), field(right)) {
            return self.bound(field, bound, turned);
        }
        self.as_written(node)
    }

    fn bound(&mut self, field: &'static Field, bound: f64, order: Order) -> Formula {
        let strict = matches!(order, Order::Below | Order::AtLeast);
        // Below 5 is at most 4 for a whole number, so that both are one atom.
        let atom = match field.kind {
            FieldType::Int if strict => Atom::AtMost { field, bound: bound.ceil() - 1.0, strict: false },
            FieldType::Int => Atom::AtMost { field, bound: bound.floor(), strict: false },
            _ => Atom::AtMost { field, bound, strict },
        };
        let at_most = self.atom(atom);
        if matches!(order, Order::Below | Order::AtMost) { at_most } else { not(at_most) }
    }

    fn membership(&mut self, node: &IdedExpr, item: &IdedExpr, list: &IdedExpr) -> Formula {
        if let Expr::List(items) = &list.expr {
            return Formula::Any(items.elements.iter().map(|one| self.equality(item, one)).collect());
        }
        // What a head is unsure of can be asked in two ways.
        if let (Some("class.unsure"), Some(head)) = (field(list).map(|field| field.name), text_literal(item)) {
            let name = format!("class.{head}_unsure");
            if FIELDS.iter().any(|field| field.name == name) {
                return self.free(name);
            }
        }
        self.as_written(node)
    }

    fn as_written(&mut self, node: &IdedExpr) -> Formula {
        let text = written(node);
        self.free(text)
    }
}

fn not(formula: Formula) -> Formula {
    match formula {
        Formula::Known(known) => Formula::Known(!known),
        Formula::Not(inner) => *inner,
        other => Formula::Not(Box::new(other)),
    }
}

fn field(node: &IdedExpr) -> Option<&'static Field> {
    let Expr::Select(select) = &node.expr else { return None };
    let name = field_name(select)?;
    FIELDS.iter().find(|field| field.name == name)
}

/// A number that is written out and that a fraction of 64 bits holds exactly.
fn number(node: &IdedExpr) -> Option<f64> {
    match &node.expr {
        // The bound keeps every such number exact.
        #[allow(clippy::cast_precision_loss, reason = "the guard admits only what 53 bits hold")]
        Expr::Literal(LiteralValue::Int(whole)) if whole.inner().unsigned_abs() < EXACT_MOST => {
            Some(*whole.inner() as f64)
        }
        Expr::Literal(LiteralValue::Double(broken)) => Some(*broken.inner()).filter(|number| number.is_finite()),
        Expr::Call(call) if call.func_name == operators::NEGATE => number(call.args.first()?).map(|number| -number),
        _ => None,
    }
}

/// How an expression is written, whatever its places: two that are the same ask the same.
fn written(node: &IdedExpr) -> String {
    let mut node = node.clone();
    expression::forget_places(&mut node);
    format!("{:?}", node.expr)
}

/// Whether something in an expression fails for some values.
fn may_fail(node: &IdedExpr) -> bool {
    let fails = match &node.expr {
        Expr::Call(call) => matches!(
            call.func_name.as_str(),
            operators::ADD
                | operators::SUBSTRACT
                | operators::MULTIPLY
                | operators::DIVIDE
                | operators::MODULO
                | operators::NEGATE
                | operators::INDEX
                | "int"
                | "double"
        ),
        _ => false,
    };
    fails || expression::parts(node).into_iter().any(may_fail)
}
