//! Operators: which kinds they take, and which values a field can be compared with at all.

use super::{Checker, Kind, known_field, text_literal};
use crate::facts::FieldType;
use crate::read;
use crate::suggest;
use cel::common::ast::{CallExpr, Expr, IdedExpr, operators};

impl<'a> Checker<'a> {
    pub(super) fn call(&mut self, node: &'a IdedExpr, call: &'a CallExpr) -> Option<Kind> {
        match (call.func_name.as_str(), call.target.as_deref(), call.args.as_slice()) {
            (operators::LOGICAL_AND | operators::LOGICAL_OR, None, [left, right]) => {
                let (left, right) = (self.truth(left), self.truth(right));
                left.and(right)
            }
            (operators::LOGICAL_NOT | operators::NOT_STRICTLY_FALSE, None, [one]) => self.truth(one),
            (operators::CONDITIONAL, None, [condition, yes, no]) => {
                self.truth(condition);
                let (yes, no) = (self.kind(yes), self.kind(no));
                self.same(node, yes?, no?, "the two outcomes of ?: are")
            }
            (operators::EQUALS | operators::NOT_EQUALS, None, [left, right]) => self.equality(node, left, right),
            (
                operators::LESS | operators::LESS_EQUALS | operators::GREATER | operators::GREATER_EQUALS,
                None,
                [left, right],
            ) => self.order(node, left, right),
            (operators::IN, None, [item, list]) => self.membership(node, item, list),
            (operators::ADD, None, [left, right]) => self.sum(node, left, right),
            (
                operators::SUBSTRACT | operators::MULTIPLY | operators::DIVIDE | operators::MODULO,
                None,
                [left, right],
            ) => self.arithmetic(node, left, right),
            (operators::NEGATE, None, [one]) => self.number(one),
            (operators::INDEX, None, [list, index]) => self.item(node, list, index),
            _ => self.function(node, call),
        }
    }

    pub(super) fn truth(&mut self, node: &'a IdedExpr) -> Option<Kind> {
        self.expect(
            node,
            |kind| *kind == Kind::Bool,
            "true or false",
            "compare it with something, e.g. `post.followers > 1000`",
        )
    }

    pub(super) fn text(&mut self, node: &'a IdedExpr) -> Option<Kind> {
        self.expect(node, |kind| *kind == Kind::Text, "text", "use a text, e.g. `post.text`, or convert with string()")
    }

    pub(super) fn number(&mut self, node: &'a IdedExpr) -> Option<Kind> {
        self.expect(node, Kind::is_number, "a number", "use a number, e.g. `post.followers`")
    }

    pub(super) fn expect(
        &mut self,
        node: &'a IdedExpr,
        fits: impl Fn(&Kind) -> bool,
        wanted: &str,
        cure: &str,
    ) -> Option<Kind> {
        let kind = self.kind(node)?;
        if fits(&kind) {
            return Some(kind);
        }
        self.fault(node, format!("{} stands where {wanted} is needed", kind.name()), cure);
        None
    }

    pub(super) fn same(&mut self, node: &IdedExpr, left: Kind, right: Kind, what: &str) -> Option<Kind> {
        let joined = left.join(&right);
        if joined.is_none() {
            self.fault(
                node,
                format!("{what} {} and {}", kind_in_full(&left), kind_in_full(&right)),
                "make both of one kind",
            );
        }
        joined
    }

    /// `+` adds numbers and joins texts and lists.
    pub(super) fn sum(&mut self, node: &'a IdedExpr, left: &'a IdedExpr, right: &'a IdedExpr) -> Option<Kind> {
        let (left, right) = (self.kind(left), self.kind(right));
        let joined = self.same(node, left?, right?, "cannot add")?;
        if joined == Kind::Bool {
            self.fault(node, "cannot add true and false", "write && for and, || for or");
            return None;
        }
        Some(joined)
    }

    pub(super) fn arithmetic(&mut self, node: &'a IdedExpr, left: &'a IdedExpr, right: &'a IdedExpr) -> Option<Kind> {
        let (left, right) = (self.number(left), self.number(right));
        self.same(node, left?, right?, "cannot calculate with")
    }

    pub(super) fn order(&mut self, node: &'a IdedExpr, left: &'a IdedExpr, right: &'a IdedExpr) -> Option<Kind> {
        let (left, right) = (self.kind(left)?, self.kind(right)?);
        let ordered = (left.is_number() && right.is_number()) || (left == Kind::Text && right == Kind::Text);
        if !ordered {
            self.fault(
                node,
                format!("cannot order {} and {}", left.name(), right.name()),
                "compare numbers with numbers and texts with texts",
            );
            return None;
        }
        Some(Kind::Bool)
    }

    pub(super) fn equality(&mut self, node: &'a IdedExpr, left: &'a IdedExpr, right: &'a IdedExpr) -> Option<Kind> {
        let (left_kind, right_kind) = (self.kind(left)?, self.kind(right)?);
        if !left_kind.comparable(&right_kind) {
            let what = format!("compares {} with {}, which are never equal", left_kind.name(), right_kind.name());
            self.fault(node, what, "compare numbers with numbers and texts with texts; texts stand in quotes");
            return None;
        }
        self.possible(left, right);
        self.possible(right, left);
        Some(Kind::Bool)
    }

    pub(super) fn membership(&mut self, node: &'a IdedExpr, item: &'a IdedExpr, list: &'a IdedExpr) -> Option<Kind> {
        let (item_kind, list_kind) = (self.kind(item)?, self.kind(list)?);
        match &list_kind {
            Kind::EmptyList => {}
            Kind::List(one) if one.comparable(&item_kind) => {}
            Kind::List(one) => {
                let what = format!("looks for {} in a list of {}", item_kind.name(), one.name());
                self.fault(node, what, "make the list's items of the same kind");
                return None;
            }
            other => {
                let what = format!("looks with `in` into {}, which is no list", other.name());
                self.fault(node, what, "write a list, or `post.text.contains(\"word\")` for a part of a text");
                return None;
            }
        }
        if let Expr::List(literal) = &list.expr {
            for one in &literal.elements {
                self.possible(item, one);
            }
        }
        self.possible_item(item, list);
        Some(Kind::Bool)
    }

    /// The same for a field that is a list with a known set of items.
    fn possible_item(&mut self, literal: &IdedExpr, list: &IdedExpr) {
        let (Expr::Select(select), Some(text)) = (&list.expr, text_literal(literal)) else { return };
        let Some(field) = known_field(select) else { return };
        if let FieldType::ListOf(all) = field.kind
            && !all.contains(&text)
        {
            let cure = suggest::cure(text, all);
            self.fault(literal, format!("`{}` never holds \"{text}\"", field.name), cure);
        }
    }

    /// A field with a known set of values, held against a text that is not one of them, can never be equal to it.
    pub(super) fn possible(&mut self, field: &IdedExpr, literal: &IdedExpr) {
        let (Expr::Select(select), Some(text)) = (&field.expr, text_literal(literal)) else { return };
        let Some(field) = known_field(select) else { return };
        match field.kind {
            FieldType::OneOf(all) if !all.contains(&text) => {
                let cure = suggest::cure(text, all);
                self.fault(literal, format!("`{}` is never \"{text}\"", field.name), cure);
            }
            // Only a network may have nothing to say; the classifier says `und`.
            FieldType::Language if text.is_empty() && field.name == "post.language" => {}
            FieldType::Team if !text.is_empty() && !self.teams.contains(&text) => {
                let cure = suggest::cure(text, self.teams);
                self.fault(literal, format!("`{}` is never \"{text}\"", field.name), cure);
            }
            FieldType::Language if !read::is_language(text) => {
                let what = format!("`{}` is never \"{text}\"", field.name);
                self.fault(literal, what, "write two or three small letters, e.g. `et`, or `und`");
            }
            FieldType::Topic if !text.is_empty() && !read::is_topic(text) => {
                let what = format!("`{}` is never \"{text}\"", field.name);
                let cure = "write an industry, a dot and a matter, e.g. `air.delay`, or ask `class.industry`";
                self.fault(literal, what, cure);
            }
            _ => {}
        }
    }

    pub(super) fn item(&mut self, node: &'a IdedExpr, list: &'a IdedExpr, index: &'a IdedExpr) -> Option<Kind> {
        let (list_kind, index_kind) = (self.kind(list)?, self.kind(index)?);
        match (list_kind, index_kind) {
            (Kind::List(one), Kind::Int) => Some(*one),
            (other, _) => {
                self.fault(node, format!("takes an item out of {}", other.name()), "index a list by a whole number");
                None
            }
        }
    }
}

/// Whole and broken numbers do not mix in CEL's arithmetic, so here they are told apart.
fn kind_in_full(kind: &Kind) -> &'static str {
    match kind {
        Kind::Int => "a whole number",
        Kind::Double => "a number with a fraction",
        other => other.name(),
    }
}
