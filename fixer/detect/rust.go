package detect

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

// rustRelease is the release of Rust that is taken where no file says one: its newest at any
// time, which is the only one that is supported.
const rustRelease = "1"

var (
	rustChannel = text.Regexp(`(?m)^\s*channel\s*=\s*"(\d+\.\d+)`)
	rustName    = text.Regexp(`(?s)\[package\].*?\bname\s*=\s*"([\w-]+)"`)
	rustBin     = text.Regexp(`(?s)\[\[bin\]\]\s*\n(?:[^\[]*?\n)?name\s*=\s*"([\w-]+)"`)
)

func draftRust(d *draft) error {
	d.app.Stack, d.app.Like = "Rust", "rust"
	data := string(d.Read("Cargo.toml"))
	if strings.Contains(data, "[workspace]") && !strings.Contains(data, "[package]") {
		return stack.Refuse(stack.Several, nil, "Choose the directory of one member", "Cargo.toml is that of a workspace, and nothing says which member starts")
	}
	var programs []string
	for _, m := range rustBin().FindAllStringSubmatch(data, -1) {
		programs = append(programs, m[1])
	}
	if name := d.found("Cargo.toml", rustName); len(programs) == 0 && name != "" && d.has("src/main.rs") {
		programs = []string{name}
	}
	start, err := d.chosen()
	switch {
	case err != nil:
		return err
	case len(start) > 0:
		programs = start[:1]
	case len(programs) == 0:
		return stack.Refuse(stack.UnknownStart, nil, "Choose the directory of an application; this one is a library", "Cargo.toml names no binary, and there is no src/main.rs")
	case len(programs) > 1:
		return stack.Refuse(stack.Several, nil, "Name the binary with --start", "Cargo.toml names several binaries: %s", strings.Join(programs, ", "))
	}
	d.fact("Cargo.toml", 0, "the binary is %s", programs[0])
	version := rustRelease
	for _, file := range []string{"rust-toolchain.toml", "rust-toolchain"} {
		v := d.found(file, rustChannel)
		if v == "" && file == "rust-toolchain" {
			v = firstVersion(d.line(file))
		}
		if v != "" {
			version = v
			d.fact(file, 0, "Rust %s", v)
			break
		}
	}
	d.app.Version = version
	if err := d.port(0, ".rs"); err != nil {
		return err
	}
	d.begin("rust:" + version + "-" + trixie())
	locked := ""
	if d.has("Cargo.lock") {
		locked = " --locked"
	}
	d.add("COPY . .", "RUN cargo build --release"+locked)
	words := []string{"./target/release/" + programs[0]}
	if len(start) > 1 {
		words = append(words, start[1:]...)
	}
	d.finish(nil, words...)
	return nil
}
