//! Regorus: the bytecode machine.

use crate::cases::Case;
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::{Engine, Rc, Value};
use std::collections::{BTreeMap, BTreeSet};

const RULES: &str = include_str!("rules/energy.rego");
const ENTRY: &str = "data.energy.matched";

pub(crate) struct Rego(RegoVM);

impl Rego {
    pub(crate) fn new() -> Self {
        let mut engine = Engine::new();
        engine.add_policy("energy.rego".to_owned(), RULES.to_owned()).expect("Rego");
        let compiled = engine.compile_with_entrypoint(&Rc::from(ENTRY)).expect("compiles");
        let program = Compiler::compile_from_policy(&compiled, &[ENTRY]).expect("compiles to bytecode");
        let mut machine = RegoVM::new();
        machine.load_program(program);
        machine.set_data(Value::new_object()).expect("no data");
        Self(machine)
    }

    pub(crate) fn decide(&mut self, input: &Value) -> Value {
        self.0.set_input(input.clone());
        self.0.execute().expect("runs")
    }

    pub(crate) fn matching(&mut self, input: &Value) -> BTreeSet<String> {
        let matched = self.decide(input);
        let ids = matched.as_set().expect("a set").iter();
        ids.map(|id| id.as_string().expect("an id").to_string()).collect()
    }
}

/// The input of a case.
pub(crate) fn input(case: &Case) -> Value {
    let set = |names: &[&str]| {
        Value::from(names.iter().map(|name| (Value::from(*name), Value::from(true))).collect::<BTreeMap<_, _>>())
    };
    let lists = [("signals", set(&case.signals)), ("signals_so_far", set(&case.signals_so_far))];
    let names = case.names.iter().map(|(key, name)| (*key, Value::from(*name)));
    let numbers = case.numbers.iter().map(|(key, number)| (*key, Value::from(*number)));
    let pairs = lists.into_iter().chain(names).chain(numbers).map(|(key, value)| (Value::from(key), value));
    Value::from(pairs.collect::<BTreeMap<_, _>>())
}
