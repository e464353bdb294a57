use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

/// Kills what it was told of when its standard input closes, which happens however the tests end.
const SCRIPT: &str = r#"
live=""
while read -r what pid; do
    case $what in
        add) live="$live $pid" ;;
        remove) left=""; for one in $live; do [ "$one" = "$pid" ] || left="$left $one"; done; live=$left ;;
    esac
done
[ -z "$live" ] && exit
# A browser's driver takes its browser along when it may.
kill $live; sleep 1; kill -9 $live
"#;

static WATCHDOG: Mutex<Option<Child>> = Mutex::new(None);

/// Has a process killed when the tests end.
pub(crate) fn add(pid: u32) {
    tell("add", pid);
}

/// Forgets a process that has ended.
pub(crate) fn remove(pid: u32) {
    tell("remove", pid);
}

fn tell(what: &str, pid: u32) {
    let mut watchdog = WATCHDOG.lock().expect("the watchdog");
    let child = watchdog.get_or_insert_with(|| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("trap '' INT TERM HUP\n{SCRIPT}")]);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("start sh")
    });
    let stdin = child.stdin.as_mut().expect("the watchdog's standard input");
    writeln!(stdin, "{what} {pid}").expect("tell the watchdog");
}
