//! Two layers between a message and its labels: what words mean together and not by themselves.
//!
//! The n-grams of a message add up to a place in a space of a few dozen dimensions, to which the numbers add theirs; what
//! is negative is cut off; a second layer does the same; each label is a sum over that and over the numbers. "Is dit een
//! echt iemand" asks for a person or whether there is one: by single words nothing tells the two apart.

use super::HeadsError;
use super::form::Reader;
use crate::number::dot;

/// The weights of both layers, before they are written. Rows of a layer are the places that it fills, columns what it
/// reads; of wrong lengths the rest counts as 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerWeights {
    /// For each place of the first layer its bias.
    pub first_bias: Vec<f32>,
    /// For each place of the first layer its weights for the numbers.
    pub first: Vec<Vec<f32>>,
    /// For each place of the second layer its bias.
    pub second_bias: Vec<f32>,
    /// For each place of the second layer its weights for the first.
    pub second: Vec<Vec<f32>>,
    /// For each label its weights for the second layer.
    pub last: Vec<Vec<f32>>,
}

impl LayerWeights {
    pub(super) fn width(&self) -> usize {
        self.first_bias.len()
    }

    pub(super) fn hidden(&self) -> usize {
        self.second_bias.len()
    }

    /// Biases and rows of the first layer, of the second, and the rows of the labels, all f32.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let dense = self.first.first().map_or(0, Vec::len);
        let mut put = |rows: &[Vec<f32>], count: usize, length: usize| {
            for at in 0..count * length {
                let value = rows.get(at / length).and_then(|row| row.get(at % length)).copied().unwrap_or(0.0);
                out.extend(value.to_le_bytes());
            }
        };
        put(std::slice::from_ref(&self.first_bias), 1, self.width());
        put(&self.first, self.width(), dense);
        put(std::slice::from_ref(&self.second_bias), 1, self.hidden());
        put(&self.second, self.hidden(), self.width());
        put(&self.last, self.last.len(), self.hidden());
    }
}

/// The layers as they are read.
#[derive(Debug, Default)]
pub(super) struct Layers {
    dense: usize,
    width: usize,
    hidden: usize,
    first_bias: Vec<f32>,
    first: Vec<f32>,
    second_bias: Vec<f32>,
    second: Vec<f32>,
    last: Vec<f32>,
}

/// What a message gives in each layer.
#[derive(Clone, Debug, Default)]
pub(super) struct Activations {
    #[cfg(feature = "models")]
    first: Vec<f32>,
    second: Vec<f32>,
}

impl Layers {
    pub(super) fn read(
        reader: &mut Reader<'_>,
        [dense, width, hidden, labels]: [usize; 4],
    ) -> Result<Self, HeadsError> {
        Ok(Self {
            dense,
            width,
            hidden,
            first_bias: reader.f32s(width)?,
            first: reader.f32s(width * dense)?,
            second_bias: reader.f32s(hidden)?,
            second: reader.f32s(hidden * width)?,
            last: reader.f32s(labels * hidden)?,
        })
    }

    /// `ngrams` is what the n-grams add up to.
    pub(super) fn activations(&self, ngrams: &[f32], numbers: &[f32]) -> Activations {
        let cut = |sum: f32| sum.max(0.0);
        let first = (self.first_bias.iter().zip(ngrams).enumerate())
            .map(|(at, (bias, ngrams))| cut(bias + ngrams + dot(row(&self.first, at, self.dense), numbers)));
        let first: Vec<f32> = first.collect();
        let second = (self.second_bias.iter().enumerate())
            .map(|(at, bias)| cut(bias + dot(row(&self.second, at, self.width), &first)));
        Activations {
            second: second.collect(),
            #[cfg(feature = "models")]
            first,
        }
    }

    pub(super) fn margin(&self, activations: &Activations, label: usize) -> f32 {
        dot(row(&self.last, label, self.hidden), &activations.second)
    }

    /// How much a label's margin grows with each place of the first layer, at this message.
    #[cfg(feature = "models")]
    pub(super) fn slopes(&self, activations: &Activations, label: usize) -> Vec<f32> {
        let mut slopes = vec![0.0; self.width];
        let last = row(&self.last, label, self.hidden);
        for (at, (weight, second)) in last.iter().zip(&activations.second).enumerate() {
            if *second > 0.0 {
                let weights = row(&self.second, at, self.width);
                slopes.iter_mut().zip(weights).for_each(|(slope, step)| *slope += weight * step);
            }
        }
        let silent = activations.first.iter().map(|first| *first <= 0.0);
        slopes.iter_mut().zip(silent).filter(|(_, silent)| *silent).for_each(|(slope, _)| *slope = 0.0);
        slopes
    }

    /// How much the first layer gives for a number, by the slopes of its places.
    #[cfg(feature = "models")]
    pub(super) fn number_slope(&self, slopes: &[f32], number: usize) -> f32 {
        let weight = |at: usize| row(&self.first, at, self.dense).get(number).copied().unwrap_or(0.0);
        slopes.iter().enumerate().map(|(at, slope)| slope * weight(at)).sum()
    }
}

fn row(rows: &[f32], at: usize, length: usize) -> &[f32] {
    rows.get(at * length..(at + 1) * length).unwrap_or_default()
}

#[cfg(all(test, feature = "models"))]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_what_a_small_step_does() {
        let layers = Layers {
            dense: 2,
            width: 3,
            hidden: 2,
            first_bias: vec![0.1, -0.2, 0.3],
            first: vec![0.5, -0.1, 0.2, 0.4, -0.3, 0.6],
            second_bias: vec![0.05, 0.1],
            second: vec![0.7, -0.4, 0.2, -0.6, 0.3, 0.9],
            last: vec![1.5, -0.8],
        };
        let (ngrams, numbers) = ([0.4, 0.1, -2.0], [1.0, 0.5]);
        let at = layers.activations(&ngrams, &numbers);
        let slopes = layers.slopes(&at, 0);
        let step = 1e-3;
        for place in 0..3 {
            let mut moved = ngrams;
            moved[place] += step;
            let change = layers.margin(&layers.activations(&moved, &numbers), 0) - layers.margin(&at, 0);
            assert!((change / step - slopes[place]).abs() < 1e-2, "{place}");
        }
        assert_eq!(slopes[2], 0.0, "what is cut off moves nothing");
        let change = layers.margin(&layers.activations(&ngrams, &[1.0 + step, 0.5]), 0) - layers.margin(&at, 0);
        assert!((change / step - layers.number_slope(&slopes, 0)).abs() < 1e-2);
    }
}
