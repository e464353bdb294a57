use postern_domain::meter::Histogram;

/// Figures that belong together.
pub struct Family {
    /// The name, without what is before all names.
    pub name: &'static str,
    /// What they are.
    pub help: &'static str,
    /// How they are to be read.
    pub kind: Kind,
    /// One for each set of labels.
    pub samples: Vec<Sample>,
}

/// How figures are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// They only grow, until the next start.
    Counter,
    /// How it is now.
    Gauge,
    /// How long things took.
    Histogram,
}

/// A name and a value. Both are words of the program's own: nothing that somebody sent can become a label.
pub type Label = (&'static str, &'static str);

/// One figure, or the figures of one histogram.
pub enum Sample {
    /// A figure.
    Value(Vec<Label>, f64),
    /// How many took no longer than each of [`Histogram::BOUNDS`] and how many there were; how long all took together, in
    /// seconds.
    Took(Vec<Label>, Vec<u64>, f64),
}

impl Family {
    pub(super) fn counter(
        name: &'static str,
        help: &'static str,
        counts: impl IntoIterator<Item = (Vec<Label>, u64)>,
    ) -> Self {
        Self::values(name, help, Kind::Counter, counts)
    }

    pub(super) fn gauge(
        name: &'static str,
        help: &'static str,
        counts: impl IntoIterator<Item = (Vec<Label>, u64)>,
    ) -> Self {
        Self::values(name, help, Kind::Gauge, counts)
    }

    pub(super) fn histogram<'a>(
        name: &'static str,
        help: &'static str,
        all: impl IntoIterator<Item = (Vec<Label>, &'a Histogram)>,
    ) -> Self {
        let took = |(labels, histogram): (Vec<Label>, &Histogram)| {
            Sample::Took(labels, histogram.cumulative(), histogram.sum().as_secs_f64())
        };
        Self { name, help, kind: Kind::Histogram, samples: all.into_iter().map(took).collect() }
    }

    fn values(
        name: &'static str,
        help: &'static str,
        kind: Kind,
        counts: impl IntoIterator<Item = (Vec<Label>, u64)>,
    ) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "Prometheus knows no other numbers")]
        let value = |(labels, count)| Sample::Value(labels, count as f64);
        Self { name, help, kind, samples: counts.into_iter().map(value).collect() }
    }
}
