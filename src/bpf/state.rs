//! The machine that runs a filter on arguments that are not known.

use super::bits::Bits;
use super::check::MEMORY_WORDS;
use super::compare::{Outcome, compare};
use super::condition::Field;
use super::data::Word;
use super::evaluate::{DATA_LENGTH, DIVISION_BY_ZERO, slot};
use super::opcode::{Alu, Opcode, Operand, Test};
use super::path::Path;
use super::value::Value;
use super::{Action, TooComplex};

/// A point on a path.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// Which filter runs, counted from the newest.
    pub(super) filter: usize,
    /// Which instruction is next.
    pub(super) next: usize,
    /// The most restrictive answer of the filters before.
    pub(super) answer: Action,
    /// What the tests so far say of the arguments.
    pub(super) path: Path,
    arch: u32,
    nr: u32,
    a: Value,
    x: Value,
    memory: [Value; MEMORY_WORDS],
}

/// What running one instruction comes to.
#[derive(Debug)]
pub(super) enum Step {
    Next,
    Return(Value),
    Test {
        outcome: Outcome,
        yes: Target,
        no: Target,
    },
}

/// Where a test leads.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    Skip(u32),
    /// Division, and on to the next instruction.
    Divide,
    Return(u32),
}

impl State {
    /// The start of all paths of this number.
    pub(super) fn new(arch: u32, nr: u32) -> Self {
        Self {
            filter: 0,
            next: 0,
            answer: Action::Allow,
            path: Path::new(nr, arch),
            arch,
            nr,
            a: Value::Known(0),
            x: Value::Known(0),
            memory: std::array::from_fn(|_| Value::Known(0)),
        }
    }

    /// Runs one instruction.
    pub(super) fn step(&mut self, opcode: Opcode) -> Result<Step, TooComplex> {
        match opcode {
            Opcode::LoadData(offset) => self.a = self.load(offset),
            Opcode::LoadImmediate(k) => self.a = Value::Known(k),
            Opcode::LoadLength => self.a = Value::Known(DATA_LENGTH),
            Opcode::LoadMemory(word) => self.a = self.memory_word(word),
            Opcode::LoadIndexImmediate(k) => self.x = Value::Known(k),
            Opcode::LoadIndexLength => self.x = Value::Known(DATA_LENGTH),
            Opcode::LoadIndexMemory(word) => self.x = self.memory_word(word),
            Opcode::Store(word) => {
                if let Some(slot) = slot(&mut self.memory, word) {
                    *slot = self.a.clone();
                }
            }
            Opcode::StoreIndex(word) => {
                if let Some(slot) = slot(&mut self.memory, word) {
                    *slot = self.x.clone();
                }
            }
            Opcode::Arithmetic(Alu::Div, Operand::X) if !matches!(self.x, Value::Known(1..)) => {
                return Ok(self.divide());
            }
            Opcode::Arithmetic(alu, operand) => {
                let operand = self.operand(operand);
                self.a = self.a.clone().apply(alu, operand)?;
            }
            Opcode::Negate => self.a = Value::Known(0).apply(Alu::Sub, self.a.clone())?,
            Opcode::Jump(skip) => self.skip(skip),
            Opcode::Branch {
                test,
                operand,
                yes,
                no,
            } => {
                return Ok(Step::Test {
                    outcome: compare(test, &self.a, &self.operand(operand)),
                    yes: Target::Skip(yes.into()),
                    no: Target::Skip(no.into()),
                });
            }
            Opcode::Return(k) => return Ok(Step::Return(Value::Known(k))),
            Opcode::ReturnAccumulator => return Ok(Step::Return(self.a.clone())),
            Opcode::ToIndex => self.x = self.a.clone(),
            Opcode::FromIndex => self.a = self.x.clone(),
        }
        Ok(Step::Next)
    }

    /// Goes where a test leads.
    pub(super) fn go(&mut self, target: Target) -> Result<(), TooComplex> {
        match target {
            Target::Skip(count) => self.skip(count),
            Target::Divide => self.a = self.a.clone().apply(Alu::Div, self.x.clone())?,
            Target::Return(raw) => self.answer_with(&Value::Known(raw))?,
        }
        Ok(())
    }

    /// Ends the filter with this return value and starts the next one.
    pub(super) fn answer_with(&mut self, value: &Value) -> Result<(), TooComplex> {
        let Value::Known(raw) = value else {
            return Err(TooComplex::Return);
        };
        let action = Action::from_raw(*raw);
        if action.rank() < self.answer.rank() {
            self.answer = action;
        }
        self.filter += 1;
        self.next = 0;
        self.a = Value::Known(0);
        self.x = Value::Known(0);
        Ok(())
    }

    /// Dividing by an index register that may be zero is a test.
    fn divide(&self) -> Step {
        Step::Test {
            outcome: compare(Test::Equal, &self.x, &Value::Known(0)),
            yes: Target::Return(DIVISION_BY_ZERO),
            no: Target::Divide,
        }
    }

    fn skip(&mut self, count: u32) {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        self.next = self.next.saturating_add(count);
    }

    fn operand(&self, operand: Operand) -> Value {
        match operand {
            Operand::K(k) => Value::Known(k),
            Operand::X => self.x.clone(),
        }
    }

    fn memory_word(&mut self, word: u32) -> Value {
        slot(&mut self.memory, word).map_or(Value::Known(0), |slot| slot.clone())
    }

    fn load(&self, offset: u32) -> Value {
        match Word::at(offset, self.arch) {
            None => Value::Known(0),
            Some(Word::Number) => Value::Known(self.nr),
            Some(Word::Arch) => Value::Known(self.arch),
            Some(Word::Half { field, high }) => {
                let field = match field.checked_sub(1).map(u8::try_from) {
                    Some(Ok(argument)) => Field::Argument(argument),
                    _ => Field::InstructionPointer,
                };
                Value::Bits(Bits::half(field, high))
            }
        }
    }
}
