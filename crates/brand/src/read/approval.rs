//! Which replies wait for somebody to agree to them. That nobody could is found here and not when a reply waits.

use super::Names;
use super::guard::findings;
use super::teams::references;
use crate::approval::Approval;
use crate::keys;
use crate::reader::{Fields, Reader};
use crate::settings::Settings;

pub(super) fn approval(reader: &mut Reader<'_>, top: &Fields<'_>, names: &Names<'_>) -> Approval {
    let Some(node) = top.get("approval") else { return Approval::default() };
    let Some(fields) = reader.fields(node, "approval", &keys::APPROVAL) else { return Approval::default() };
    let people = references(reader, &fields, "people", "person", &names.people);
    let crisis = reader.switch(&fields, "crisis", false);
    let by = references(reader, &fields, "by", "team", &names.teams);
    let findings = findings(reader, &fields, "findings").into_iter().map(|(kind, ..)| kind.to_owned()).collect();
    Approval { people, crisis, findings, by }
}

/// Holds the settings as a whole against what they say of approval: whoever writes needs somebody else who may agree.
pub(super) fn reachable(reader: &mut Reader<'_>, top: &Fields<'_>, settings: &Settings) {
    let approval = &settings.approval;
    let place = top.get("approval").map_or(top.place, |node| node.place);
    let anybody = approval.crisis || !approval.findings.is_empty();
    let writers = settings.people.iter().filter(|person| anybody || approval.people.contains(&person.id));
    let alone = |id: &str| settings.approvers().all(|other| other == id);
    let lonely: Vec<&str> = writers.map(|person| person.id.as_str()).filter(|id| alone(id)).collect();
    if let Some(first) = lonely.first() {
        let what = format!("nobody else may agree to what `{first}` writes");
        let cure = "name under `by` a team in which somebody else is, e.g. `by: [crisis]`";
        reader.note(place, "approval", what, cure);
    }
}
