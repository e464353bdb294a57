/// Where chance comes from.
pub trait Rng: Send + Sync {
    /// Fills `bytes` with random ones.
    fn fill(&self, bytes: &mut [u8]);
}

/// The system's generator, through aws-lc.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, bytes: &mut [u8]) {
        // aws-lc ends the process itself rather than give predictable bytes; an error here would be one of ours.
        #[expect(clippy::expect_used, reason = "without randomness nothing may go on")]
        aws_lc_rs::rand::fill(bytes).expect("the system's random generator answers");
    }
}
