//! Functions: the few that rules have, each with the way it is called.

use super::{Checker, Kind, text_literal};
use crate::expression::{self, Scope};
use crate::suggest;
use cel::common::ast::{CallExpr, IdedExpr};

impl<'a> Checker<'a> {
    pub(super) fn function(&mut self, node: &'a IdedExpr, call: &'a CallExpr) -> Option<Kind> {
        match (call.func_name.as_str(), call.target.as_deref(), call.args.as_slice()) {
            ("contains" | "startsWith" | "endsWith", Some(text), [part]) => {
                let (text, part) = (self.text(text), self.text(part));
                text.and(part).map(|_| Kind::Bool)
            }
            ("matches", Some(text), [pattern]) => {
                self.text(text)?;
                self.pattern(pattern)
            }
            ("size", None, [one]) | ("size", Some(one), []) => {
                let kind = self.kind(one)?;
                if kind == Kind::Text || kind.is_list() {
                    return Some(Kind::Int);
                }
                self.fault(one, format!("{} has no size", kind.name()), "ask for the size of a text or a list");
                None
            }
            ("int", None, [one]) => self.converted(one, Kind::Int),
            ("double", None, [one]) => self.converted(one, Kind::Double),
            ("string", None, [one]) => self.converted(one, Kind::Text),
            ("open", None, [team]) => self.team(node, team),
            _ => self.unknown_function(node, call),
        }
    }

    pub(super) fn unknown_function(&mut self, node: &IdedExpr, call: &CallExpr) -> Option<Kind> {
        const FUNCTIONS: &[&str] = &[
            "contains",
            "startsWith",
            "endsWith",
            "matches",
            "size",
            "int",
            "double",
            "string",
            "open",
            "exists",
            "all",
            "exists_one",
            "filter",
            "map",
        ];
        let name = call.func_name.as_str();
        if FUNCTIONS.contains(&name) {
            let how = match name {
                "contains" | "startsWith" | "endsWith" | "matches" => format!("`post.text.{name}(\"text\")`"),
                "exists" | "all" | "exists_one" | "filter" | "map" => {
                    format!("`[\"one\", \"two\"].{name}(word, post.text.contains(word))`")
                }
                "open" => "`open(\"care\")`".to_owned(),
                _ => format!("`{name}(post.text)`"),
            };
            self.fault(node, format!("`{name}` is not called in this way"), format!("write it as in {how}"));
        } else {
            let known: Vec<&str> = FUNCTIONS.to_vec();
            self.fault(node, format!("there is no function `{name}`"), suggest::cure(name, &known));
        }
        None
    }

    pub(super) fn pattern(&mut self, node: &'a IdedExpr) -> Option<Kind> {
        let Some(text) = text_literal(node) else {
            self.text(node)?;
            self.fault(
                node,
                "the pattern of matches() is not written out",
                "write it as a text, so that it is read once and not for every post",
            );
            return None;
        };
        if text.contains('\u{8}') {
            self.fault(
                node,
                "the pattern holds a backspace where an end of word is meant",
                r#"write a raw text, `matches(r"\bword\b")`, in which \b is the end of a word"#,
            );
            return None;
        }
        match expression::pattern(text) {
            Ok(_) => Some(Kind::Bool),
            Err(regex::Error::CompiledTooBig(_)) => {
                self.fault(node, "the pattern is too large", "shorten it or split it into several rules");
                None
            }
            Err(error) => {
                let message = error.to_string();
                let reason = message.lines().last().unwrap_or_default().trim_start_matches("error: ");
                let what = format!("the pattern cannot be read: {reason}");
                self.fault(node, what, "write it as a raw text, `matches(r\"\\bword\\b\")`, with a backslash before signs that have a meaning");
                None
            }
        }
    }

    pub(super) fn converted(&mut self, node: &'a IdedExpr, to: Kind) -> Option<Kind> {
        let kind = self.kind(node)?;
        if kind.is_list() || (kind == Kind::Bool && to != Kind::Text) {
            self.fault(node, format!("{} cannot become {}", kind.name(), to.name()), "convert a number or a text");
            return None;
        }
        Some(to)
    }

    pub(super) fn team(&mut self, node: &IdedExpr, team: &IdedExpr) -> Option<Kind> {
        if self.scope == Scope::Filter {
            self.fault(
                node,
                "asks for opening hours, which filters cannot",
                "ask only about post.*, or write a rule under `rules`",
            );
            return None;
        }
        let Some(id) = text_literal(team) else {
            self.fault(
                team,
                "the team of open() is not written out",
                "write its name in quotes, e.g. `open(\"care\")`",
            );
            return None;
        };
        if !self.teams.contains(&id) {
            let cure = suggest::cure(id, self.teams);
            self.fault(team, format!("there is no team `{id}`"), cure);
            return None;
        }
        Some(Kind::Bool)
    }
}
