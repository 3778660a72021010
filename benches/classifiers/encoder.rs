//! MiniLM: its vectors kept, so that no row is encoded twice where its time is not what is measured.

use cpu_time::ProcessTime;
use handover::intent::{Encoder, Settings, Trainer};
use handover::text::Text;
use handover::vectors::{Embedder, Embedding};
use handover_encoder::{EncodeError, MiniLm};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Clone)]
pub(crate) struct Remembered {
    encoder: Arc<MiniLm>,
    seen: Arc<Mutex<HashMap<String, Embedding>>>,
    spent: Arc<Mutex<Duration>>,
}

impl Remembered {
    pub(crate) fn new(encoder: MiniLm) -> Self {
        Self { encoder: Arc::new(encoder), seen: Arc::default(), spent: Arc::default() }
    }

    /// The encoder itself, which remembers nothing.
    pub(crate) fn encoder(&self) -> &MiniLm {
        &self.encoder
    }

    /// How many messages it encoded, and the time that took.
    pub(crate) fn spent(&self) -> (usize, Duration) {
        (self.seen.lock().expect("whole").len(), *self.spent.lock().expect("whole"))
    }

    /// Its vectors beside the n-grams, in the weights that the trainer picks.
    pub(crate) fn beside(&self) -> Trainer {
        Trainer::new().encoder(Encoder::own(self.encoder.name(), self.clone()))
    }

    /// Its vectors all but alone: ten times as long as the n-grams, which leaves those a hundredth of the say. The cost
    /// goes down by as much, so to the vectors it is as if they had length 1.
    pub(crate) fn alone(&self, settings: Settings) -> Trainer {
        self.beside().settings(Settings { vectors: 10.0, cost: settings.cost / 100.0, ..settings })
    }
}

impl Embedder for Remembered {
    type Error = EncodeError;

    fn embed(&self, text: &Text<'_>) -> Result<Embedding, EncodeError> {
        if let Some(known) = self.seen.lock().expect("whole").get(text.raw()) {
            return Ok(known.clone());
        }
        let start = ProcessTime::now();
        let embedding = self.encoder.embed(text)?;
        *self.spent.lock().expect("whole") += start.elapsed();
        self.seen.lock().expect("whole").insert(text.raw().to_owned(), embedding.clone());
        Ok(embedding)
    }
}
