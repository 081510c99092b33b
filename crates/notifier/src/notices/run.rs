//! Notices whose time has come.

use super::deliver::Courier;
use super::view::{Due, Notices};
use crate::due::{AFTER_ERROR, Found, Work};
use conversation::{BrandId, NoticeId};
use jiff::Timestamp;
use std::sync::Arc;
use tracing::Instrument;

/// Notices that are worked on at once.
pub const IN_FLIGHT_MAX: usize = 32;

/// The notices that are not done.
pub struct Letters {
    pub notices: Arc<Notices>,
    pub courier: Courier,
}

impl Work for Letters {
    type Key = NoticeId;
    type Job = BrandId;

    const ENDED_EARLY: &str = "the work on a notice ended early; it is taken up again";
    const CUT_OFF: &str = "notices were cut off in the middle; they are looked at again at the next start";

    fn due(&self, now: Timestamp, busy: impl Fn(&NoticeId) -> bool) -> Found<Self> {
        let Due { now, next } = self.notices.due(now, self.courier.settle_after(), busy);
        (now.into_iter().map(|(brand, notice)| (notice, brand)).collect(), next)
    }

    fn hold(&self, notice: NoticeId, until: Timestamp, why: &'static str) {
        self.notices.hold(notice, until, why);
    }

    fn changed(&self) -> impl Future<Output = ()> + Send {
        self.notices.changed()
    }

    fn go_on(&self, notice: NoticeId, brand: BrandId, now: Timestamp) -> impl Future<Output = ()> + Send + 'static {
        let (courier, notices) = (self.courier.clone(), Arc::clone(&self.notices));
        let span = tracing::info_span!("send notice", otel.kind = "internal", %notice);
        let going_on = async move {
            if let Err(error) = courier.go_on(&brand, notice).await {
                tracing::warn!(%notice, %error, "a notice could not be sent; trying again");
                notices.hold(notice, now + AFTER_ERROR, "log_unavailable");
            }
        };
        going_on.instrument(span)
    }
}
