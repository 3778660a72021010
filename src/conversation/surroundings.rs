use super::{CustomerMoves, Reply, Shingles};
use crate::text::Style;
use serde::{Deserialize, Serialize};

/// From this likeness on a message says the same as an earlier one.
const SAME: f32 = 0.6;
/// Messages of at most so many words lean on what was said before them.
const SHORT: u32 = 4;
const BRIEF: u32 = 6;
/// A silence of a day is as long as one of a week.
const DAY: f32 = 86_400_000.0;

/// What stands around a turn of the customer: cheap to count, and often what gives its words their meaning. "No, the
/// wifi" says nothing by itself; after an answer about the telephone it says that the bot did not understand.
///
/// [`Triage::surroundings`](crate::Triage::surroundings) takes them from a conversation;
/// the default is a message that stands alone.
///
/// ```
/// use handover::conversation::{Channel, Context, Conversation, Turn};
/// use handover::Triage;
///
/// let triage = Triage::builder().build()?;
/// let mut talk = Conversation::new(Channel::Chat);
/// triage.receive(&mut talk, &Turn::customer("Hoe stel ik de wifi van mijn thermostaat in?", 0), &Context::at(0));
/// triage.observe(&mut talk, &Turn::bot("Wilt u een abonnement op wifi afsluiten?", 1_000));
/// let around = triage.surroundings(&talk, &Turn::customer("Nee, de wifi van de thermostaat", 60_000));
/// assert!(around.contradicts && around.bot_asked);
/// assert!(around.said_before > 0.9);
/// # Ok::<(), handover::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Surroundings {
    /// Turns of the customer before this one.
    pub customer_turns: u32,
    /// How alike this turn is to the most alike of the customer's earlier ones, 0 to 1.
    pub own_repeat: f32,
    /// How much of this turn's content stands in one earlier turn of the customer, 0 to 1.
    pub said_before: f32,
    /// Earlier turns of the customer that said the same.
    pub own_repeats: u32,
    /// How alike the bot's last turn is to the most alike of its earlier ones, 0 to 1.
    pub bot_repeat: f32,
    /// The bot has just said what it said before.
    pub bot_repeated: bool,
    /// How much of this turn's content stands in the bot's last turn, 0 to 1.
    pub echoes_bot: f32,
    /// The bot's last turn ended in a question.
    pub bot_asked: bool,
    /// The bot has just apologised.
    pub apologised: bool,
    /// Apologies of the bot so far.
    pub apologies: u32,
    /// The bot has just refused something.
    pub refused: bool,
    /// A person has been offered, and this turn may answer it.
    pub offered: bool,
    /// What it answers.
    pub reply: Option<Reply>,
    /// The turn opens against what was said ("nee", "not that", "maar").
    pub contradicts: bool,
    /// The turn speaks of something said or done before ("weer", "I already told you").
    pub again: bool,
    /// Turns in a row in which the bot did not understand.
    pub fallbacks: u32,
    /// Failed turns among the customer's last three.
    pub failures: u32,
    /// Turns with a hint of dissatisfaction among the customer's last three.
    pub hints: u32,
    /// Milliseconds since the turn before; 0 where the host gives no time.
    pub silence: u64,
}

impl Surroundings {
    /// What repeats and echoes, by the hashes of what was said.
    pub(super) fn compare(mut self, now: &Shingles, own: &[Shingles], bot: &[Shingles]) -> Self {
        let most = |best: f32, next: f32| best.max(next);
        let alike = || own.iter().map(|said| said.likeness(now));
        self.own_repeat = alike().fold(0.0, most);
        self.own_repeats = alike().filter(|likeness| *likeness >= SAME).count() as u32;
        self.said_before = own.iter().map(|said| now.share_in(said)).fold(0.0, most);
        if let Some((last, earlier)) = bot.split_last() {
            self.bot_repeat = earlier.iter().map(|said| said.likeness(last)).fold(0.0, most);
            self.echoes_bot = now.share_in(last);
        }
        self
    }

    /// How the turn's own words relate to what was said.
    pub(super) fn moves(self, moves: CustomerMoves) -> Self {
        Self {
            contradicts: moves.contradicts,
            again: moves.again,
            reply: moves.reply.filter(|_| self.offered),
            ..self
        }
    }

    /// How many [`numbers`](Self::numbers) there are.
    pub const NUMBERS: usize = 30;

    /// The same as numbers from 0 to 1, for models, with the products that a linear one can't make by itself. All are
    /// 0 for a message that stands alone. `style` is that of the turn.
    #[must_use]
    pub fn numbers(&self, style: Style) -> [f32; Self::NUMBERS] {
        let is = |yes: bool| f32::from(yes);
        let share = |count: u32, most: u32| count.min(most) as f32 / most as f32;
        let later = self.customer_turns > 0;
        let short = style.words <= SHORT;
        let question = style.questions > 0;
        [
            is(later),
            share(self.customer_turns, 6),
            self.own_repeat,
            self.said_before,
            is(self.own_repeat >= SAME),
            is(self.own_repeats >= 2),
            self.bot_repeat,
            is(self.bot_repeated),
            self.echoes_bot,
            is(self.bot_asked),
            is(self.apologised),
            share(self.apologies, 3),
            is(self.refused),
            is(self.offered),
            is(self.reply == Some(Reply::Yes)),
            is(self.reply == Some(Reply::No)),
            is(self.contradicts && later),
            is(self.contradicts && later && !self.bot_asked),
            if self.contradicts { self.said_before } else { 0.0 },
            is(self.again && later),
            is(short && later),
            if style.words <= BRIEF { self.said_before } else { 0.0 },
            is(question && later),
            if question { self.said_before } else { 0.0 },
            is(self.fallbacks > 0),
            share(self.fallbacks, 3),
            share(self.failures, 3),
            share(self.hints, 3),
            is(style.shouts() && later),
            (self.silence as f32 / DAY).min(1.0),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    #[test]
    fn alone_is_all_zeros() {
        let style = Text::new("NEE, weer niet?!").style();
        let alone = Surroundings { contradicts: true, again: true, ..Surroundings::default() };
        assert_eq!(alone.numbers(style), [0.0; Surroundings::NUMBERS]);
    }

    #[test]
    fn repetition_is_seen_on_both_sides() {
        let of = |raw| Shingles::of(&Text::new(raw));
        let bot = [of("Klik op de link om uw wachtwoord te wijzigen"), of("Klik op de link om uw wachtwoord te wijzigen.")];
        let around = Surroundings::default().compare(&of("die link werkt niet"), &[of("de link werkt niet meer")], &bot);
        assert!(around.bot_repeat > 0.95 && around.said_before > 0.9 && around.echoes_bot > 0.3, "{around:?}");
    }
}
