use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A network such as `10.0.0.0/8` or `2001:db8::/32`; one address alone is a network of its own (RFC 4632).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

/// A text is no network. The text goes beside the form field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is neither an address nor a network; write 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32")]
pub struct NetworkError(String);

impl Network {
    /// The network of the first bits of `address`, so many of IPv4 and so many of IPv6. An IPv4 address that comes dressed as
    /// IPv6 counts as what it is, here and below.
    pub fn around(address: IpAddr, of_v4: u32, of_v6: u32) -> Self {
        let address = address.to_canonical();
        let bits = if address.is_ipv4() { of_v4.min(32) } else { of_v6.min(128) };
        Self { address: first(address, bits), bits }
    }

    /// What one subscriber has: an IPv4 address, or the first 64 bits of an IPv6 one.
    pub fn of_subscriber(address: IpAddr) -> Self {
        Self::around(address, 32, 64)
    }

    /// The address that it was named by: the first that lies in it, unless somebody wrote another.
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// Whether `address` lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        first(self.address, self.bits) == first(address.to_canonical(), self.bits)
    }
}

/// The first bits of an address, with nothing behind them.
fn first(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(u32::BITS.saturating_sub(bits)).unwrap_or_default();
            IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & mask))
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(u128::BITS.saturating_sub(bits)).unwrap_or_default();
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask))
        }
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let error = || NetworkError(text.chars().take(60).collect());
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) if bits.bytes().all(|b| b.is_ascii_digit()) => {
                (address, Some(bits.parse::<u32>().map_err(|_| error())?))
            }
            Some(_) => return Err(error()),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| error())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(longest);
        if bits <= longest { Ok(Self { address, bits }) } else { Err(error()) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let longest = if self.address.is_ipv4() { 32 } else { 128 };
        match self.bits == longest {
            true => self.address.fmt(f),
            false => write!(f, "{}/{}", self.address, self.bits),
        }
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn contains(network: &str, address: &str) -> bool {
        network.parse::<Network>().unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn an_address_lies_in_its_networks() {
        assert!(contains("10.0.0.0/8", "10.1.2.3") && !contains("10.0.0.0/8", "11.0.0.1"));
        assert!(contains("0.0.0.0/0", "203.0.113.7") && !contains("0.0.0.0/0", "::1"));
        assert!(contains("203.0.113.7", "203.0.113.7") && !contains("203.0.113.7", "203.0.113.8"));
        assert!(contains("2001:db8::/32", "2001:db8:1::1") && contains("::/0", "2001:db8::1"));
        assert!(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
    }

    #[test]
    fn what_one_subscriber_has_is_an_address_or_half_of_one() {
        for (address, network) in [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("::1", "::/64"),
        ] {
            assert_eq!(Network::of_subscriber(address.parse().unwrap()).to_string(), network);
        }
        let around = |of_v4, of_v6| {
            ["203.0.113.7", "2001:db8::1"]
                .map(|address| Network::around(address.parse().unwrap(), of_v4, of_v6).to_string())
        };
        assert_eq!(around(24, 48), ["203.0.113.0/24", "2001:db8::/48"]);
        assert_eq!(around(0, 0), ["0.0.0.0/0", "::/0"]);
        assert_eq!(around(32, 128), ["203.0.113.7", "2001:db8::1"]);
        assert_eq!(around(99, 999), ["203.0.113.7", "2001:db8::1"]);
    }

    #[test]
    fn refuses_what_is_no_network() {
        for text in
            ["", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/+8", "10.0.0.0/8/8", "example.com", "/8"]
        {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(bits: u32, length in 0..=32_u32) {
            let text = format!("{}/{length}", std::net::Ipv4Addr::from_bits(bits));
            let network: Network = text.parse().unwrap();
            prop_assert_eq!(network.to_string().parse::<Network>(), Ok(network));
        }
    }
}
