//! The corpora in `tests/corpus` as the trainers see them. The test part is never read here.

use crate::said;
use handover::Triage;
use handover::conversation::{Channel, Context, Conversation, Speaker, Surroundings, Turn};
use handover::frustration::Band;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The training and development parts.
const PARTS: [&str; 4] = ["nl.train", "nl.dev", "en.train", "en.dev"];

/// A message with what a careful reader found in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    pub(crate) brief: String,
    pub(crate) signals: Vec<String>,
    /// Empty where nobody was asked.
    pub(crate) emotion: String,
    pub(crate) valence: String,
    pub(crate) text: String,
    /// What stood around it; the default where it stands alone.
    pub(crate) around: Surroundings,
}

impl Message {
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.signals.iter().any(|s| s == name) || self.emotion == name || self.valence == name
    }
}

/// A turn of the customer in a conversation, with the band of frustration that a careful reader saw.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) message: Message,
    pub(crate) band: Band,
}

fn lines(folder: &str, part: &str, ending: &str) -> io::Result<(PathBuf, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder).join(format!("{part}.{ending}"));
    let source = fs::read_to_string(&path).map_err(|e| said(&path, e))?;
    Ok((path, source))
}

/// Messages that stand alone.
pub(crate) fn messages() -> io::Result<Vec<Message>> {
    let mut messages = Vec::new();
    for part in PARTS {
        let (_, source) = lines("messages", part, "tsv")?;
        for line in source.lines() {
            let mut columns = line.splitn(5, '\t').map(str::to_owned);
            let mut next = || columns.next().unwrap_or_default();
            let (brief, signals, emotion, valence, text) = (next(), next(), next(), next(), next());
            let signals = signals.split(',').map(str::to_owned).collect();
            messages.push(Message { brief, signals, emotion, valence, text, ..Message::default() });
        }
    }
    Ok(messages)
}

/// The customers' turns of each conversation, with what stood around them.
pub(crate) fn conversations() -> io::Result<Vec<Vec<Step>>> {
    let bare = Triage::builder().without_signals().without_emotion().build().map_err(io::Error::other)?;
    let mut talks = Vec::new();
    for part in PARTS {
        let (path, source) = lines("conversations", part, "jsonl")?;
        for line in source.lines() {
            let talk: Recorded = serde_json::from_str(line).map_err(|e| said(&path, io::Error::other(e)))?;
            talks.push(talk.steps(&bare));
        }
    }
    Ok(talks)
}

#[derive(Deserialize)]
struct Recorded {
    id: String,
    channel: Channel,
    turns: Vec<RecordedTurn>,
}

#[derive(Deserialize)]
struct RecordedTurn {
    from: Speaker,
    text: String,
    #[serde(default)]
    fallback: bool,
    expect: Option<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    signals: Vec<String>,
    frustration: Band,
}

impl Recorded {
    fn steps(self, triage: &Triage) -> Vec<Step> {
        let mut talk = Conversation::new(self.channel);
        let mut steps = Vec::new();
        for (turn, at) in self.turns.into_iter().zip((0_u64..).step_by(60_000)) {
            let heard = Turn { from: turn.from, text: &turn.text, at, fallback: turn.fallback, offers: false };
            if turn.from != Speaker::Customer {
                triage.observe(&mut talk, &heard);
                continue;
            }
            let around = triage.surroundings(&talk, &heard);
            triage.receive(&mut talk, &heard, &Context::at(at));
            let Some(expect) = turn.expect else { continue };
            let message = Message {
                brief: self.id.clone(),
                signals: expect.signals,
                text: turn.text,
                around,
                ..Message::default()
            };
            steps.push(Step { message, band: expect.frustration });
        }
        steps
    }
}

/// The briefs that the authors of the patterns worked with, as the list of the briefs says.
pub(crate) fn seen_by_authors() -> io::Result<BTreeSet<String>> {
    let (_, source) = lines("messages", "briefs", "tsv")?;
    let seen = source.lines().filter(|line| line.ends_with("\tseen"));
    Ok(seen.filter_map(|line| line.split('\t').next()).map(str::to_owned).collect())
}
