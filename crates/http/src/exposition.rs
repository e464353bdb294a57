//! The text format of Prometheus, version 0.0.4.

use std::fmt::{self, Write};

use postern_domain::meter::Histogram;
use postern_flows::meters::{Family, Kind, Label, Sample};

/// What all names begin with.
const PREFIX: &str = "postern_";

/// The figures as text.
pub(crate) fn exposition(families: &[Family]) -> String {
    let mut text = String::with_capacity(16 * 1024);
    for family in families {
        // Into memory: nothing that could fail.
        let _ = write_family(&mut text, family);
    }
    text
}

fn write_family(text: &mut String, family: &Family) -> fmt::Result {
    let kind = match family.kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    };
    // What every process has goes by the names that everybody knows.
    let name = match family.name.starts_with("process_") {
        true => family.name.to_owned(),
        false => format!("{PREFIX}{}", family.name),
    };
    writeln!(text, "# HELP {name} {}\n# TYPE {name} {kind}", family.help)?;
    for sample in &family.samples {
        match sample {
            Sample::Value(labels, value) => writeln!(text, "{name}{} {value}", Labels(labels, None))?,
            Sample::Took(labels, counts, sum) => write_took(text, &name, labels, (counts, *sum))?,
        }
    }
    Ok(())
}

fn write_took(text: &mut String, name: &str, labels: &[Label], (counts, sum): (&[u64], f64)) -> fmt::Result {
    #[expect(clippy::cast_precision_loss, reason = "the bounds are small")]
    let bounds = Histogram::BOUNDS.iter().map(|micros| (*micros as f64 / 1e6).to_string());
    for (bound, count) in bounds.chain(["+Inf".to_owned()]).zip(counts) {
        writeln!(text, "{name}_bucket{} {count}", Labels(labels, Some(&bound)))?;
    }
    let labels = Labels(labels, None);
    writeln!(text, "{name}_sum{labels} {sum}\n{name}_count{labels} {}", counts.last().unwrap_or(&0))
}

/// Labels, and the bound of a bucket. All of them are words of ours, without anything that had to be escaped.
struct Labels<'a>(&'a [Label], Option<&'a str>);

impl fmt::Display for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(labels, bound) = self;
        let all = labels.iter().copied().chain(bound.map(|bound| ("le", bound)));
        for (at, (name, value)) in all.enumerate() {
            write!(f, "{}{name}=\"{value}\"", if at == 0 { '{' } else { ',' })?;
        }
        if labels.is_empty() && bound.is_none() { Ok(()) } else { f.write_char('}') }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_prometheus_reads_them() {
        let mut counts = vec![0; Histogram::BOUNDS.len() + 1];
        counts[14] = 3;
        let families = [
            Family {
                name: "connections",
                help: "Connections.",
                kind: Kind::Gauge,
                samples: vec![Sample::Value(vec![], 2.0)],
            },
            Family {
                name: "took_seconds",
                help: "How long.",
                kind: Kind::Histogram,
                samples: vec![Sample::Took(vec![("route", "/v1/{id}")], counts, 1.5)],
            },
        ];
        let text = exposition(&families);
        assert!(text.starts_with(
            "# HELP postern_connections Connections.\n# TYPE postern_connections gauge\npostern_connections 2\n"
        ));
        assert!(
            text.contains("postern_took_seconds_bucket{route=\"/v1/{id}\",le=\"0.00005\"} 0\n"),
            "{text}"
        );
        assert!(text.contains("postern_took_seconds_bucket{route=\"/v1/{id}\",le=\"+Inf\"} 3\n"));
        assert!(text.ends_with(
            "postern_took_seconds_sum{route=\"/v1/{id}\"} 1.5\npostern_took_seconds_count{route=\"/v1/{id}\"} 3\n"
        ));
    }
}
