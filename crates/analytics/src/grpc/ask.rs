//! What is asked of the catalogue, from the form of the contract.

use crate::catalogue::{self, Named};
use crate::query::{Dimension, Query};
use crate::scorecard::Card;
use crate::store::behind::{self, Place};
use crate::store::figures::Figures;
use crate::store::side_by_side;
use service::problem;
use tonic::Status;
use wire::pb::analytics::{GetScorecardRequest, ListBehindRequest, Part, QueryFiguresRequest};

const PAGE_DEFAULT: usize = 50;
const PAGE_MAX: usize = 500;

/// A measure of the catalogue.
fn measure(field: &str, name: &str) -> Result<Named, Status> {
    catalogue::find(name).ok_or_else(|| {
        problem::invalid_argument(field, "is no measure of the catalogue", "use a name that ListMeasures has")
    })
}

pub fn figures(request: QueryFiguresRequest) -> Result<Figures, Status> {
    let query = Query::read_any(request.filter, &request.group_by, request.time_zone)?;
    let named = |(at, name): (usize, &String)| measure(&format!("measures[{at}]"), name);
    let mut measures: Vec<Named> = request.measures.iter().enumerate().map(named).collect::<Result<_, _>>()?;
    if measures.is_empty() {
        measures = catalogue::measures().map(|measure| Named { measure, form: measure.form, former: None }).collect();
    }
    Ok(Figures { query, measures, histograms: request.histograms })
}

pub fn behind(request: ListBehindRequest) -> Result<behind::Asked, Status> {
    let not_counted = request.part() == Part::NotCounted;
    let after = match request.page_token.as_str() {
        "" => None,
        token => Some(Place::parse(token).ok_or_else(|| {
            problem::invalid_argument("page_token", "is none that was given out", "begin with the first page")
        })?),
    };
    let page_size = match usize::try_from(request.page_size).unwrap_or(PAGE_MAX) {
        0 => PAGE_DEFAULT,
        asked => asked.min(PAGE_MAX),
    };
    let named = measure("measure", &request.measure)?;
    let query = Query::read_any(request.filter, &[], request.time_zone)?;
    Ok(behind::Asked { query, named, not_counted, page_size, after })
}

pub fn side_by_side(request: GetScorecardRequest, card: &Card) -> Result<side_by_side::Asked, Status> {
    let dimension = match request.side_by_side {
        0 => Dimension::Brand,
        value => Dimension::from_pb(value).ok_or_else(|| {
            problem::invalid_argument("side_by_side", "is a dimension that is not known", "use e.g. DIMENSION_BRAND")
        })?,
    };
    let Query { filter, zone, .. } = Query::read_any(request.filter, &[], request.time_zone)?;
    let mut card = card.clone();
    if request.smallest_sample > 0 {
        card.smallest_sample = request.smallest_sample;
    }
    Ok(side_by_side::Asked { dimension, filter, zone, card })
}
