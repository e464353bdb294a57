/// The variable that says where traces go, for all that OpenTelemetry collects and for traces alone; the latter wins.
pub(super) const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/// What the environment asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// It names no place for traces.
    Nothing,
    /// It names one, and says that there shall be no traces: by this variable.
    Off(&'static str),
    /// Traces, to where this variable says.
    Traces(&'static str),
}

impl Wish {
    /// What the environment of this process asks for.
    pub(crate) fn of_environment() -> Self {
        Self::of(|name| std::env::var(name).ok())
    }

    /// Without an endpoint nothing is sent, though the specification knows one to fall back to: most machines have no
    /// collector. An empty variable is as none.
    fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &&str| variable(name).is_some_and(|value| !value.trim().is_empty());
        let says = |name: &str, word: &str| {
            variable(name).is_some_and(|value| value.trim().eq_ignore_ascii_case(word))
        };
        match ENDPOINTS.into_iter().find(is_set) {
            None => Self::Nothing,
            Some(_) if says("OTEL_SDK_DISABLED", "true") => Self::Off("OTEL_SDK_DISABLED"),
            Some(_) if says("OTEL_TRACES_EXPORTER", "none") => Self::Off("OTEL_TRACES_EXPORTER"),
            Some(endpoint) => Self::Traces(endpoint),
        }
    }
}

/// How long one request to the collector may take, in milliseconds.
#[cfg(feature = "otel")]
pub(super) fn timeout() -> u64 {
    let names = ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];
    let said = names.iter().filter_map(|name| std::env::var(name).ok());
    said.filter_map(|text| text.trim().parse().ok()).next().unwrap_or(10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(variables: &[(&str, &str)]) -> Wish {
        let found = |name: &str| variables.iter().find(|(known, _)| *known == name);
        Wish::of(|name| found(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn without_an_endpoint_there_are_no_traces() {
        assert_eq!(wish(&[]), Wish::Nothing);
        assert_eq!(wish(&[("OTEL_EXPORTER_OTLP_ENDPOINT", " ")]), Wish::Nothing);
        assert_eq!(wish(&[("OTEL_SDK_DISABLED", "true")]), Wish::Nothing);
        assert_eq!(wish(&[("OTEL_TRACES_EXPORTER", "otlp")]), Wish::Nothing);
    }

    #[test]
    fn what_turns_traces_off() {
        const ENDPOINT: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318");
        assert_eq!(wish(&[ENDPOINT]), Wish::Traces("OTEL_EXPORTER_OTLP_ENDPOINT"));
        assert_eq!(wish(&[ENDPOINT, ("OTEL_SDK_DISABLED", "TRUE")]), Wish::Off("OTEL_SDK_DISABLED"));
        assert_eq!(wish(&[ENDPOINT, ("OTEL_TRACES_EXPORTER", "none")]), Wish::Off("OTEL_TRACES_EXPORTER"));
        // Only `true` is true, says the specification.
        for other in ["false", "1", "yes", ""] {
            assert!(matches!(wish(&[ENDPOINT, ("OTEL_SDK_DISABLED", other)]), Wish::Traces(_)), "{other}");
        }
        let own = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://localhost:4318/v1/traces");
        assert_eq!(wish(&[ENDPOINT, own]), Wish::Traces("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"));
    }
}
