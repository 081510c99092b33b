//! Every fact there is, in the order of the flow. A fact is past tense and is never taken back: what turns out
//! wrong is put right by a later fact.

use crate::approval::{ReplyApproved, ReplyProposed, ReplySentBack};
use crate::brand_facts::{IntakeCounted, PresenceChanged, SettingsPublished};
use crate::callback::{CallbackBooked, CallbackDone, CallbackDue, CallbackMissed};
use crate::classified::{ClassificationCorrected, PostClassified, PostReclassified};
use crate::customer::{
    AnswerWayChosen, CustomerProfiled, CustomerTeamSet, ExceptionGranted, ProfilesLinked, ProfilesUnlinked,
    PromiseKept, PromiseMade, TeamChoiceChanged,
};
use crate::deadlines::{DeadlineBreached, DeadlineSet, DeadlineWarned};
use crate::desk::{Claimed, Escalated, HandedOff, NoteAdded, Released};
use crate::notice::{NoticeAttempted, NoticeFailed, NoticeInDoubt, NoticeSent, ShiftPostSubmitted};
use crate::placed::{OfferLapsed, Offered, Placed};
use crate::received::{
    ContactRecorded, EngagementObserved, PostBroughtBack, PostDeleted, PostEdited, PostFiltered, PostReceived,
    ReplyObserved,
};
use crate::replied::{DraftStopped, ReplyAttempted, ReplyFailed, ReplyInDoubt, ReplySent, ReplySubmitted};
use crate::resolved::{Absorbed, Merged, Reopened, Resolved};
use crate::resumed::{ReplyGivenUp, ReplyResumed};
use crate::rising::{Deescalated, FlagLowered, FlagRaised};
use crate::routed::{ConversationOpened, Routed};
use crate::surge::{IncidentJoined, SurgeDetected, SurgeEnded};
use crate::told::{NewsChosen, PersonNoticeExtended, PersonNoticeSubmitted};
use crate::window::WindowWarned;

macro_rules! facts {
    ($($name:ident),* $(,)?) => {
        /// One fact of the log.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Fact {
            $($name($name)),*
        }

        impl Fact {
            /// The name of the fact's kind, as it stands in `ce-type` and in metrics.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Fact::$name(_) => stringify!($name)),*
                }
            }

            /// The names of all kinds, in the order of the flow.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];
        }

        $(
            impl From<$name> for Fact {
                fn from(fact: $name) -> Fact {
                    Fact::$name(fact)
                }
            }
        )*
    };
}

facts!(
    PostReceived,
    PostEdited,
    PostDeleted,
    EngagementObserved,
    ContactRecorded,
    PostFiltered,
    PostBroughtBack,
    ReplyObserved,
    PostClassified,
    ClassificationCorrected,
    PostReclassified,
    ConversationOpened,
    Routed,
    Placed,
    Offered,
    OfferLapsed,
    FlagRaised,
    FlagLowered,
    IncidentJoined,
    DeadlineSet,
    DeadlineWarned,
    DeadlineBreached,
    Claimed,
    Released,
    HandedOff,
    Escalated,
    Deescalated,
    NoteAdded,
    CallbackBooked,
    CallbackDue,
    CallbackDone,
    CallbackMissed,
    DraftStopped,
    ReplyProposed,
    ReplyApproved,
    ReplySentBack,
    ReplySubmitted,
    ReplyAttempted,
    ReplySent,
    ReplyFailed,
    ReplyInDoubt,
    ReplyResumed,
    ReplyGivenUp,
    WindowWarned,
    Resolved,
    Reopened,
    Merged,
    Absorbed,
    CustomerTeamSet,
    TeamChoiceChanged,
    CustomerProfiled,
    AnswerWayChosen,
    ProfilesLinked,
    ProfilesUnlinked,
    ExceptionGranted,
    PromiseMade,
    PromiseKept,
    SettingsPublished,
    PresenceChanged,
    SurgeDetected,
    SurgeEnded,
    ShiftPostSubmitted,
    PersonNoticeSubmitted,
    PersonNoticeExtended,
    NewsChosen,
    NoticeAttempted,
    NoticeSent,
    NoticeFailed,
    NoticeInDoubt,
    IntakeCounted,
);
