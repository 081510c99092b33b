//! How grave the brand takes what the reply guard finds.

use crate::guard::{FINDINGS, Gravity, NEVER_SILENT};
use crate::keys;
use crate::reader::{Fields, Reader};
use crate::suggest;
use crate::tree::Place;

pub(super) fn guard(reader: &mut Reader<'_>, top: &Fields<'_>) -> Gravity {
    let Some(node) = top.get("guard") else { return Gravity::default() };
    let Some(fields) = reader.fields(node, "guard", &keys::GUARD) else { return Gravity::default() };
    let mut seen: Vec<String> = Vec::new();
    let mut list = |key| {
        let mut kinds = Vec::new();
        for (kind, place, path) in findings(reader, &fields, key) {
            if key == "off" && NEVER_SILENT.contains(&kind) {
                let what = format!("`{kind}` is never passed over in silence");
                reader.note(place, &path, what, format!("write it under `warn`: `warn: [{kind}]`"));
            } else if seen.iter().any(|known| known == kind) {
                let what = format!("`{kind}` stands in two lists");
                reader.note(place, &path, what, "leave it in one of `stop`, `warn` and `off`");
            }
            seen.push(kind.to_owned());
            kinds.push(kind.to_owned());
        }
        kinds
    };
    Gravity { stop: list("stop"), warn: list("warn"), off: list("off") }
}

/// The kinds of findings that stand in a list, with their places; others are noted.
pub(super) fn findings<'t>(reader: &mut Reader<'_>, fields: &Fields<'t>, key: &str) -> Vec<(&'t str, Place, String)> {
    let mut known = Vec::new();
    for (kind, place, path) in reader.texts(fields, key) {
        match FINDINGS.contains(&kind) {
            true => known.push((kind, place, path)),
            false => {
                let what = format!("`{kind}` is nothing that the reply guard finds");
                reader.note(place, &path, what, suggest::cure(kind, &FINDINGS));
            }
        }
    }
    known
}
