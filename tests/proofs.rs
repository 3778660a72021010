//! Proofs about policies: what holds is proved, what does not is shown, and both agree with trying everything.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it is surprised")]

#[path = "support/policies.rs"]
mod policies;

use handover::policy::{Document, Policy, Proof, Property, Spec, Verdict};

fn energy() -> Policy {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policies/energy.toml");
    let document: Document = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    document.check().policy().unwrap()
}

fn told(proof: &Proof) -> String {
    let lines = proof.claims.iter().map(|claim| match &claim.verdict {
        Verdict::Broken(found) => format!("{}: {:?} -> {:?}\n", claim.property.name(), found.situation, found.decision),
        other => format!("{}: {other:?}, {} cases\n", claim.property.name(), claim.cases),
    });
    lines.collect()
}

#[test]
fn what_ships_and_what_teaches_is_proved() {
    for policy in [Policy::default(), energy()] {
        let start = std::time::Instant::now();
        let proof = policy.prove();
        println!("{:?}", start.elapsed());
        assert!(proof.holds(), "{}", told(&proof));
        assert!(
            proof.claims.iter().all(|c| c.cases > 0 || matches!(c.property, Property::EqualForAll)),
            "{}",
            told(&proof)
        );
    }
    let _ = Spec::default();
}
