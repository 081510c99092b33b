//! What can go wrong between the log and those who read it, drawn from a seed: the same seed gives the same course.

/// How often things go wrong, of a thousand. The default is a world in which nothing does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    pub seed: u64,
    /// Records that are delivered twice.
    pub twice_per_mille: u32,
    /// Decisions that are lost before they are written, and made again when the reader is back.
    pub lost_per_mille: u32,
    /// Records that are delivered late, by less than [`LATE_MOST_SECONDS`].
    pub late_per_mille: u32,
    /// Moments between two deliveries at which routing breaks off, its view with it, and begins again from the log or from
    /// a checkpoint.
    pub crash_per_mille: u32,
    /// Tries to send a reply that fail.
    pub unsent_per_mille: u32,
    /// Whether records of different conversations are handled in any order; those of one conversation keep theirs.
    pub any_order: bool,
}

/// How late a record can be delivered, each time that it is put off.
pub const LATE_MOST_SECONDS: i64 = 90;

/// The lots that are drawn.
#[derive(Debug, Clone)]
pub struct Lots {
    faults: Faults,
    state: u64,
}

impl Lots {
    pub fn new(faults: Faults) -> Self {
        Lots { faults, state: faults.seed }
    }

    /// SplitMix64: one addition and three mixings, the same on every machine.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn one_of_thousand(&mut self, per_mille: u32) -> bool {
        per_mille > 0 && self.next() % 1_000 < u64::from(per_mille)
    }

    pub fn twice(&mut self) -> bool {
        self.one_of_thousand(self.faults.twice_per_mille)
    }

    pub fn lost(&mut self) -> bool {
        self.one_of_thousand(self.faults.lost_per_mille)
    }

    /// By how many seconds the next delivery is late, if it is.
    pub fn late(&mut self) -> Option<i64> {
        let is_late = self.one_of_thousand(self.faults.late_per_mille);
        is_late.then(|| 1 + i64::try_from(self.next() % (LATE_MOST_SECONDS as u64 - 1)).unwrap_or(0))
    }

    pub fn crash(&mut self) -> bool {
        self.one_of_thousand(self.faults.crash_per_mille)
    }

    pub fn unsent(&mut self) -> bool {
        self.one_of_thousand(self.faults.unsent_per_mille)
    }

    /// Whether a crash comes soon: checkpoints are worth taking only then.
    pub fn crashes(&self) -> bool {
        self.faults.crash_per_mille > 0
    }

    /// One of two.
    pub fn either(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }

    /// Which of so many (at least one) is handled next.
    pub fn which(&mut self, of: usize) -> usize {
        if !self.faults.any_order || of < 2 {
            return 0;
        }
        usize::try_from(self.next() % of as u64).unwrap_or(0)
    }
}
