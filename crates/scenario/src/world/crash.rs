//! What is lost and found again: decisions that are lost before they are written, deliveries that are put off, and routing,
//! which begins again from the log alone.

use super::{Delivery, Look, World};
use ::routing::View;
use jiff::SignedDuration;

impl World<'_> {
    /// Whether whoever decides breaks off now, before he writes. He handles it again when he is back.
    pub(super) fn breaks_off(&mut self) -> bool {
        let lost = self.lots.lost();
        self.lost |= lost;
        lost
    }

    /// Puts a delivery off, if its lot is to be late. What must keep its order comes no earlier than what was put off before it.
    pub(super) fn put_off(&mut self, delivery: Delivery) -> bool {
        let before = self.late.iter().filter(|(_, earlier)| delivery.follows(earlier)).map(|((at, _), _)| *at).max();
        let drawn = self.lots.late().map(|seconds| self.now + SignedDuration::from_secs(seconds));
        let Some(at) = before.max(drawn) else { return false };
        let nth = self.late.keys().map(|(_, nth)| *nth + 1).max().unwrap_or(0);
        self.late.insert((at, nth), delivery);
        true
    }

    /// Lets routing break off here, or keep a checkpoint, if the lots say so and it may still. Answers whether it broke off.
    pub(super) fn may_crash(&mut self, times_left: u32) -> bool {
        if !self.lots.crashes() || times_left == 0 {
            return false;
        }
        if self.lots.crash() {
            self.checkpoint = ::routing::encode_checkpoint(&self.view).ok();
        }
        let breaks_off = self.lots.crash();
        if breaks_off {
            let from_checkpoint = self.lots.either();
            self.begin_again(from_checkpoint);
        }
        breaks_off
    }

    /// Routing begins again: with the newest checkpoint, if it is to be used, and the rest of the log. What it had noted is
    /// gone, so it looks at everything. The classifier and the notifier keep their places in the log and lose nothing.
    fn begin_again(&mut self, from_checkpoint: bool) {
        let checkpoint = self.checkpoint.as_deref().filter(|_| from_checkpoint);
        self.view = checkpoint.and_then(::routing::decode_checkpoint).unwrap_or_default();
        let as_of = usize::try_from(self.view.as_of).unwrap_or(usize::MAX);
        for stored in self.log.entries().iter().skip(as_of) {
            self.view.fold(stored.sequence, &stored.record);
        }
        self.timers.clear();
        self.looks.clear();
        let of_others = |delivery: &Delivery| !matches!(delivery, Delivery::Look(_));
        self.waiting.retain(of_others);
        self.late.retain(|_, delivery| of_others(delivery));
        let mut all: Vec<_> = self.view.conversations.keys().copied().collect();
        // The view keeps them in no order.
        all.sort_unstable();
        self.waiting.extend(all.into_iter().map(|id| Delivery::Look(Look::At(id))));
        self.waiting.push_back(Delivery::Look(Look::AtBrand));
    }

    /// What the log says from its beginning, whatever happened to the view that is kept.
    pub fn replayed(&self) -> View {
        let mut view = View::default();
        for stored in self.log.entries() {
            view.fold(stored.sequence, &stored.record);
        }
        view
    }
}
