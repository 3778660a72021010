//! Classifiers from end to end: trained on the rows of `examples/data`, Dutch and English, and on tiny ones.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it is surprised")]
#![cfg(feature = "vectors")]

use handover::intent::{
    Encoder, Evaluation, Example, Examples, Finding, Intents, LearnError, Loss, ModelError, Progress, Settings,
    TrainError, TrainedIntents, Trainer,
};
use handover::text::{Form, Text};
use handover::vectors::{Embedder, Embedding};
use proptest::prelude::*;
use std::ops::ControlFlow;
use std::sync::LazyLock;

const ROWS: &str = include_str!("../examples/data/intents.tsv");
const TEST: &str = include_str!("../examples/data/intents-test.tsv");
const TINY: &str =
    "cancel\tik wil opzeggen\ncancel\tcancel my plan\nparcel\twaar is mijn pakket\nparcel\twhere is it\n";

static MODEL: LazyLock<TrainedIntents> = LazyLock::new(|| Trainer::new().train(&rows(ROWS)).unwrap());

fn rows(tsv: &str) -> Examples {
    Examples::from_tsv(tsv).unwrap()
}

fn best(model: &TrainedIntents, raw: &str) -> String {
    model.predict(&Text::new(raw)).unwrap().best().map_or(String::new(), |best| best.intent.to_string())
}

fn tiny() -> TrainedIntents {
    Trainer::new().without_encoder().train(&rows(TINY)).unwrap()
}

#[test]
fn messages_it_has_not_seen_are_understood_in_both_languages() {
    let mut evaluation = Evaluation::default();
    for row in rows(TEST).rows() {
        evaluation.add(&row.intent, &MODEL.predict(&Text::new(&row.text)).unwrap());
    }
    let report = evaluation.report();
    assert_eq!(report.accuracy, Some(1.0), "{:?}", report.confusions);
    assert_eq!(report.found_out_of_scope, Some(1.0));
}

/// The same rows give the same model in every build and on every machine. Where a change means to train otherwise,
/// write the new version here, and give the change a star in the CHANGELOG.
#[test]
fn a_model_is_the_same_to_the_byte() {
    let again = Trainer::new().train(&rows(ROWS)).unwrap();
    assert_eq!(again.to_bytes(), MODEL.to_bytes());
    assert_eq!(MODEL.version().to_string(), include_str!("golden/intents-version").trim());
}

#[test]
fn a_stored_model_answers_as_the_trained_one() {
    let loaded = TrainedIntents::from_bytes(&MODEL.to_bytes()).unwrap();
    assert_eq!(loaded.version(), MODEL.version());
    for row in rows(TEST).rows() {
        let text = Text::new(&row.text);
        assert_eq!(loaded.predict(&text).unwrap(), MODEL.predict(&text).unwrap());
        assert_eq!(loaded.explain(&text).unwrap(), MODEL.explain(&text).unwrap());
    }
}

#[test]
fn every_cut_and_every_changed_byte_of_a_model_is_found() {
    let taught = tiny().learn(&rows("parcel\tbel me even")).unwrap();
    let whole = taught.to_bytes();
    for end in 0..whole.len() {
        let error = TrainedIntents::from_bytes(&whole[..end]).unwrap_err();
        assert!(matches!(error, ModelError::Cut { .. } | ModelError::Damaged), "{error} at {end}");
    }
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        assert!(TrainedIntents::from_bytes(&damaged).is_err(), "changed at {at}");
    }
    let mut longer = whole.clone();
    longer.push(0);
    assert!(TrainedIntents::from_bytes(&longer).is_err());
    let mut later = whole;
    later[4] = 9;
    assert_eq!(TrainedIntents::from_bytes(&later).unwrap_err(), ModelError::Version { found: 9 });
    let mut earlier = taught.to_bytes();
    earlier[4] = 1;
    assert_eq!(TrainedIntents::from_bytes(&earlier).unwrap_err(), ModelError::Version { found: 1 });
    assert_eq!(TrainedIntents::from_bytes(b"<html>").unwrap_err(), ModelError::NotAModel);
}

#[test]
fn a_model_of_another_encoder_is_refused() {
    let own = Encoder::own("lengths", Lengths { dims: 4 });
    let model = Trainer::new().encoder(own.clone()).train(&rows(TINY)).unwrap();
    let bytes = model.to_bytes();
    assert_eq!(TrainedIntents::from_bytes(&bytes).unwrap_err(), ModelError::Encoder { wanted: own.id() });
    assert!(TrainedIntents::with_encoder(&bytes, Encoder::shipped()).is_err());
    let loaded = TrainedIntents::with_encoder(&bytes, own).unwrap();
    let text = Text::new("where is my plan");
    assert_eq!(loaded.predict(&text).unwrap(), model.predict(&text).unwrap());
}

#[test]
fn a_host_s_encoder_that_fails_is_no_panic_and_no_guess() {
    let model = Trainer::new().encoder(Encoder::own("fails on ?", Failing)).train(&rows(TINY)).unwrap();
    assert!(model.predict(&Text::new("opzeggen")).is_ok());
    let error = model.predict(&Text::new("opzeggen?")).unwrap_err();
    assert_eq!(error.to_string(), "the encoder could not answer");
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("down"));
}

#[test]
fn what_can_t_be_trained_is_said() {
    let train = |tsv: &str| Trainer::new().train(&rows(tsv)).unwrap_err();
    assert!(matches!(train("a\tone\na\ttwo"), TrainError::FewIntents { found: 1 }));
    assert!(matches!(train("oos\tone"), TrainError::FewIntents { found: 0 }));
    let described = Trainer::new().description("nothing", "of the kind").train(&rows(TINY)).unwrap_err();
    assert!(described.to_string().contains("`nothing`"));
    let mut rounds = 0;
    let late = |progress: Progress| {
        rounds = progress.rounds;
        if progress.rounds > 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    assert!(matches!(Trainer::new().train_watched(&rows(TINY), late), Err(TrainError::Cancelled)));
    assert_eq!(rounds, 4);
    let uneven = Trainer::new().encoder(Encoder::own("uneven", Lengths { dims: 0 })).train(&rows(TINY)).unwrap_err();
    assert!(matches!(uneven, TrainError::Dimensions { .. }), "{uneven}");
}

#[test]
fn one_intent_and_rows_out_of_scope_are_enough() {
    let model =
        Trainer::new().train(&rows("refund\tgeld terug\nrefund\tI want my money back\noos\thallo\noos\tgood day"));
    assert_eq!(best(&model.unwrap(), "mag ik mijn geld terug"), "refund");
}

#[test]
fn settings_that_are_given_are_used() {
    let hinge = Settings { loss: Loss::Hinge, ..Settings::MANY };
    let [few, many] =
        [Settings::FEW, hinge].map(|settings| Trainer::new().settings(settings).train(&rows(ROWS)).unwrap());
    assert_ne!(few.version(), many.version());
    assert_eq!(best(&many, "paying in parts"), "payment_plan");
    let small = Trainer::new().most_bytes(50_000).train(&rows(ROWS)).unwrap();
    assert!(small.to_bytes().len() <= 50_000 && MODEL.to_bytes().len() > 50_000);
    assert_eq!(best(&small, "opzeggen"), "cancel_subscription");
}

#[test]
fn corrections_hold_and_can_be_taken_back() {
    let corrections = rows(
        "meter_reading\tde teller staat op 88\npayment_plan\tsalary comes on the 25th, can you wait\n\
         oos\twaar is jullie kantine\n",
    );
    let taught = MODEL.learn(&corrections).unwrap();
    assert_eq!(taught.learned(), 3);
    for row in corrections.rows() {
        let prediction = taught.predict(&Text::new(&row.text)).unwrap();
        match &*row.intent {
            "oos" => assert!(!prediction.in_scope()),
            intent => {
                assert_eq!(prediction.best().map(|best| &*best.intent), Some(intent));
                assert!(prediction.in_scope());
            }
        }
    }
    // What is much like a correction follows it.
    assert_eq!(best(&taught, "De teller staat op 91!"), "meter_reading");
    // It is stored, and loads.
    let loaded = TrainedIntents::from_bytes(&taught.to_bytes()).unwrap();
    assert_eq!(loaded.version(), taught.version());
    // In any order, one by one, the old model comes back to the byte.
    let mut less = loaded;
    for row in corrections.rows().iter().rev() {
        less = less.take_back(&Examples::from_rows([row.clone()]).unwrap()).unwrap();
    }
    assert_eq!(less.to_bytes(), MODEL.to_bytes());
    // A correction of a correction replaces it.
    let again = taught.learn(&rows("track_parcel\tde teller staat op 88")).unwrap();
    assert_eq!((again.learned(), best(&again, "de teller staat op 88")), (3, "track_parcel".to_owned()));
}

#[test]
fn corrections_make_nothing_old_forgotten() {
    let taught = MODEL
        .learn(&rows(
            "meter_reading\tde teller staat op 88\ntrack_parcel\tmijn abonnementsdoos is er nog niet\noos\twie bent u",
        ))
        .unwrap();
    let right = |model: &TrainedIntents| {
        let known = rows(&format!("{ROWS}{TEST}"));
        let known = known.rows().iter().filter(|row| &*row.intent != "oos").cloned().collect::<Vec<Example>>();
        known.iter().filter(|row| best(model, &row.text) == *row.intent).count()
    };
    assert_eq!(right(&taught), right(&MODEL));
}

#[test]
fn unknown_intents_are_not_learned() {
    let error = MODEL.learn(&rows("refund\tgeld terug\ncancel_subscription\tstop\ncallback\tbel mij")).unwrap_err();
    assert!(matches!(&error, LearnError::UnknownIntents { intents } if intents == &["callback", "refund"]), "{error}");
}

#[test]
fn several_wishes_are_told_apart_in_their_order() {
    let table = [
        ("Ik wil mijn abonnement opzeggen, en waar blijft mijn pakket?", vec!["cancel_subscription", "track_parcel"]),
        (
            "Hi there! Where is my parcel? Also, can I pay this bill in instalments?",
            vec!["track_parcel", "payment_plan"],
        ),
        ("Goedemiddag. Ik ga verhuizen. Mijn adres klopt dan niet meer.", vec!["change_address"]),
        ("Where is my parcel", vec!["track_parcel"]),
        ("", vec![]),
    ];
    for (raw, expected) in table {
        let parts = MODEL.predict_parts(&Text::new(raw)).unwrap();
        let found: Vec<String> =
            parts.iter().filter_map(|part| part.prediction.best().map(|best| best.intent.to_string())).collect();
        assert_eq!(found, expected, "{raw}");
        assert!(parts.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
    }
}

#[test]
fn explanations_point_at_the_words_that_matter() {
    for (raw, word) in [("Goedemorgen meneer, opzeggen alstublieft", "opzeggen"), ("hello, my parcel please", "parcel")]
    {
        let text = Text::new(raw);
        let explained = MODEL.explain(&text).unwrap().unwrap();
        assert_eq!(explained.words(&text)[0].span.of(raw), Some(word));
        assert!(explained.ngrams.iter().all(|ngram| ngram.span.of(raw).is_some()));
    }
    assert_eq!(MODEL.explain_intent(&Text::new("x"), "no such intent").unwrap(), None);
}

#[test]
fn misspelled_words_are_read_as_they_were_meant() {
    for (raw, typo, word) in [
        ("Ik wil mijn abonnement opzeggen", "Ik wil mijn abonnemnet opzegegn", "abonnemnet"),
        ("where is my parcel", "where is my pracel", "pracel"),
    ] {
        let text = Text::new(typo);
        assert_eq!(MODEL.predict(&text).unwrap(), MODEL.predict(&Text::new(raw)).unwrap(), "{typo}");
        let explained = MODEL.explain(&text).unwrap().unwrap();
        assert!(explained.words(&text).iter().any(|carried| carried.span.of(typo) == Some(word)));
    }
}

/// Where rows are many, what is near counts; a model without such rows is another one.
#[test]
fn what_is_near_counts_where_rows_are_many() {
    let [with, without] = [Settings::MANY, Settings { near: 0.0, ..Settings::MANY }]
        .map(|settings| Trainer::new().settings(settings).train(&rows(ROWS)).unwrap());
    assert!(with.to_bytes().len() > without.to_bytes().len());
    let meaning =
        |model: &TrainedIntents| model.explain(&Text::new("Waar blijft mijn pakket?")).unwrap().unwrap().meaning;
    assert!(meaning(&with) > meaning(&without));
    assert_eq!(best(&with, "Waar blijft mijn pakket?"), "track_parcel");
}

#[test]
fn close_intents_are_ambiguous() {
    let model = Trainer::new().close(1.0).train(&rows(ROWS)).unwrap();
    let prediction = model.predict(&Text::new("mijn pakket naar een nieuw adres")).unwrap();
    let [first, second] = prediction.ambiguous().unwrap();
    assert!(first.confidence >= second.confidence && first.intent != second.intent);
    assert!(
        Trainer::new()
            .close(0.0)
            .train(&rows(ROWS))
            .unwrap()
            .predict(&Text::new("pakket"))
            .unwrap()
            .ambiguous()
            .is_none()
    );
}

#[test]
fn planted_faults_are_found() {
    let mut tsv = ROWS.to_owned();
    let first = ROWS.lines().count() + 1;
    tsv += "track_parcel\tkan ik mijn abonnement per direct opzeggen\n";
    tsv += "meter_reading\tWAAR BLIJFT MIJN PAKKET\n";
    tsv += "meter_reading\tHierbij de meterstand: 99999\n";
    tsv += "greeting\thallo daar\ngreeting\thallo daar!!\n";
    let health = Trainer::new().health(&rows(&tsv)).unwrap();
    let has = |wanted: &dyn Fn(&Finding) -> bool| health.findings.iter().any(wanted);
    assert!(has(
        &|f| matches!(f, Finding::Suspect { line, looks_like, .. } if *line == first && looks_like == "cancel_subscription")
    ));
    assert!(has(&|f| matches!(f, Finding::Conflict { line, other_line: 11, .. } if *line == first + 1)));
    assert!(has(&|f| matches!(f, Finding::Duplicate { line, first: 41, .. } if *line == first + 2)));
    assert!(has(&|f| matches!(f, Finding::Few { intent, have: 2, want: 10 } if intent == "greeting")));
    let whole = Trainer::new().health(&rows(ROWS)).unwrap();
    assert!(whole.accuracy > 0.7, "{}", whole.accuracy);
    assert!(!whole.findings.iter().any(|f| matches!(f, Finding::Conflict { .. } | Finding::Duplicate { .. })));
    for finding in &health.findings {
        assert!(!finding.to_string().contains("meterstand"), "no words of a customer in {finding}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_text_has_an_answer(raw in "\\PC{0,200}|[a-zé .,?!\u{200b}’]{0,300}") {
        let text = Text::of(&raw, Form::Mail, None);
        let prediction = MODEL.predict(&text).unwrap();
        prop_assert_eq!(&prediction, &MODEL.predict(&text).unwrap());
        prop_assert!(prediction.scope_score().is_finite());
        let sum: f32 = prediction.intents().all().iter().map(|ranked| ranked.confidence).sum();
        prop_assert!((0.99..1.01).contains(&sum), "{}", sum);
        for carried in MODEL.explain(&text).unwrap().unwrap().ngrams {
            prop_assert!(carried.span.of(&raw).is_some() && carried.weight.is_finite());
        }
        for part in MODEL.predict_parts(&text).unwrap() {
            prop_assert!(part.span.of(&raw).is_some());
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Rows of any text train, or are refused; nothing panics and the model loads again.
    #[test]
    fn any_rows_train_or_are_refused(texts in prop::collection::vec(("[ab]|oos", "\\PC{0,40}"), 1..12)) {
        let all = texts.into_iter().map(|(intent, text)| Example::new(intent, text));
        if let Ok(examples) = Examples::from_rows(all) {
            match Trainer::new().train(&examples) {
                Ok(model) => {
                    let loaded = TrainedIntents::from_bytes(&model.to_bytes()).unwrap();
                    let text = Text::new("ik bel over b");
                    prop_assert_eq!(loaded.predict(&text).unwrap(), model.predict(&text).unwrap());
                }
                Err(error) => prop_assert!(matches!(error, TrainError::FewIntents { .. }), "{}", error),
            }
        }
    }
}

/// An encoder that knows only how long words are.
struct Lengths {
    dims: usize,
}

impl Embedder for Lengths {
    type Error = std::convert::Infallible;

    fn embed(&self, text: &Text<'_>) -> Result<Embedding, Self::Error> {
        // With 0 dimensions, as many as there are words, which is what a broken encoder does.
        let dims = if self.dims == 0 { text.words().len() } else { self.dims };
        let mut values = vec![0.1; dims];
        text.words().iter().for_each(|word| values[text.folded(word).len() % dims] += 1.0);
        Ok(Embedding::from(values))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("down")]
struct Down;

/// An encoder that is down whenever a question is asked.
struct Failing;

impl Embedder for Failing {
    type Error = Down;

    fn embed(&self, text: &Text<'_>) -> Result<Embedding, Down> {
        if text.style().questions > 0 { Err(Down) } else { Lengths { dims: 8 }.embed(text).map_err(|_| Down) }
    }
}

/// Models and what they answer go between threads.
#[test]
fn models_are_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<TrainedIntents>();
    shared::<Intents>();
    shared::<Trainer>();
}
