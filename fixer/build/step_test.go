package build

import (
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

func read(t *testing.T, src string) *Build {
	t.Helper()
	f, err := dockerfile.Parse([]byte(src))
	if err != nil {
		t.Fatalf("%q: %v", src, err)
	}
	return Read(f)
}

// programsOf lists the commands of all RUN steps, by program and ordinal.
func programsOf(b *Build) string {
	var out []string
	for _, st := range b.Steps("RUN") {
		for _, c := range st.Commands {
			out = append(out, c.Program+c.Ordinal)
		}
	}
	return strings.Join(out, " ")
}

// What a step runs is told in whatever form it is written.
func TestStepForms(t *testing.T) {
	for _, c := range []struct {
		name, src, want string
		edited          bool // the commands have a place in the file
	}{
		{"chain", "FROM a\nRUN a && b; c || d\n", "a b c d", true},
		{"same program", "FROM a\nRUN apt-get update && apt-get install -y x && apt-get clean\n", "apt-get apt-get[2] apt-get[3]", true},
		{"continuation with comments", "FROM a\nRUN a && \\\n# why b\n  # and more\n\n  b \\\n  && c\n", "a b c", true},
		{"escape", "# escape=`\nFROM a\nRUN a && `\n b\n", "a b", true},
		{"crlf", "FROM a\r\nRUN a && \\\r\n b\r\n", "a b", true},
		{"pipe and substitution", "FROM a\nRUN curl x | tar xz && y $(z)\n", "curl tar y z", true},
		{"blocks", "FROM a\nRUN if a; then b; else { c; }; fi; for i in 1; do d; done; (e)\n", "a b c d e", true},
		{"variable as program", "FROM a\nRUN $TOOL install x && b\n", " b", true},
		{"path as program", "FROM a\nRUN /usr/bin/apt-get update\n", "apt-get", true},
		{"mounts", "FROM a\nRUN --mount=type=cache,target=/x --network=none a\n", "a", true},
		{"heredoc", "FROM a\nRUN <<EOF\na && b\n# c\nd \\\n  e\nEOF\n", "a b d", false},
		{"heredoc with a construct", "FROM a\nRUN <<EOF\nif a; then\n  b\nfi\nEOF\n", "a b", false},
		{"heredoc for bash", "FROM a\nRUN bash -e <<EOF\na\nEOF\n", "bash a", false},
		{"heredoc behind a shell", "FROM a\nRUN <<EOF bash\na\nb | c\nEOF\n", "bash a b c", false},
		{"heredoc of a shell with options", "FROM a\nRUN a && sudo /bin/bash -euxo pipefail -s arg <<-'EOF'\n\tb\n\tEOF\n", "a bash b", false},
		{"heredoc of a shell's script", "FROM a\nRUN bash x.sh <<EOF\nb\nEOF\n", "bash", false},
		{"heredoc that is a file", "FROM a\nRUN cat <<EOF > /x\na\nEOF\n", "cat", false},
		{"command line that holds a heredoc", "FROM a\nRUN a && \\\n  cat <<X >/y && b\n1\nX\n", "a cat b", false},
		{"two heredocs", "FROM a\nRUN cat <<A > /x && sh <<B && c\n1\nA\nd; e\nB\n", "cat sh d e c", false},
		{"heredoc with carriage returns", "FROM a\r\nRUN <<EOF bash\r\na \\\r\n b\r\nc\r\nEOF\r\n", "bash a c", false},
		{"heredoc for python", "FROM a\nRUN python3 <<EOF\nimport os\nEOF\n", "python3", false},
		{"heredoc that does not parse as a whole", "FROM a\nRUN <<EOF\na\n) ; b\nc\nEOF\n", "a c", false},
		{"text for a shell", "FROM a\nRUN bash -c \"a && b\" && c\n", "bash a b c", true},
		{"text for a shell with options", "FROM a\nRUN sh -ec 'a; b' && bash -euxo pipefail -c 'c | d' && bash -ce e\n", "sh a b bash c d bash[2] e", true},
		{"text in text", "FROM a\nRUN su x -c \"sh -c 'a \\\"b c\\\"'\" && eval \"d $(e)\"\n", "su sh a eval d e", true},
		{"text with variables", "FROM a\nRUN bash -c \"apt-get install $PKGS \\$X\"\n", "bash apt-get", true},
		{"here-string", "FROM a\nRUN bash <<< 'a b'\n", "bash a", true},
		{"script with arguments", "FROM a\nRUN bash x.sh -c 'a'\n", "bash", true},
		{"heredoc of another language", "FROM a\nRUN <<EOF\n#!/usr/bin/env python3\nimport os\nEOF\n", "", false},
		{"exec form", "FROM a\nRUN [\"apt-get\", \"install\", \"x\"]\n", "apt-get", false},
		{"exec form of a shell", "FROM a\nRUN [\"/bin/sh\", \"-c\", \"a && b\"]\n", "sh a b", false},
		{"trigger", "FROM a\nONBUILD RUN a && b\n", "a b", false},
		{"other shell", "FROM a\nSHELL [\"/usr/bin/fish\", \"-c\"]\nRUN a\n", "", false},
		{"windows", "FROM mcr.microsoft.com/windows/nanoserver:1809\nRUN a\n", "", false},
		{"windows by shell", "FROM a\nSHELL [\"powershell\", \"-Command\"]\nRUN a\n", "", false},
	} {
		b := read(t, c.src)
		if got := programsOf(b); got != c.want {
			t.Errorf("%s: the programs are %q, want %q", c.name, got, c.want)
		}
		for _, st := range b.Steps("RUN") {
			if (st.Script != nil) != c.edited {
				t.Errorf("%s: edited %v, want %v (%s)", c.name, st.Script != nil, c.edited, st.Why)
			}
			if st.Script == nil && st.Why == "" {
				t.Errorf("%s: nothing says why it is not edited", c.name)
			}
			for _, cmd := range st.Commands {
				if start, end := st.Span(cmd); start < st.At.Start || end > st.At.End || start >= end {
					t.Errorf("%s: %s lies at [%d,%d), outside of its step", c.name, cmd.Program, start, end)
				}
			}
		}
	}
}

func TestPipedInto(t *testing.T) {
	b := read(t, "FROM a\nRUN curl x | sh; curl y && sh; a |& sh | b \\\n# c\n | sh && (d | e); f $(g | h)\n")
	var fed []string
	for _, c := range b.Steps("RUN")[0].Commands {
		if c.PipedInto {
			fed = append(fed, c.Program)
		}
	}
	if want := []string{"sh", "sh", "b", "sh", "e", "h"}; !slices.Equal(fed, want) {
		t.Errorf("piped into: %v, want %v", fed, want)
	}
}

// A build is asked for by many rules, and the same step is the same wherever it
// is met.
func TestStepOfInstruction(t *testing.T) {
	b := read(t, "FROM a\nRUN x\nONBUILD RUN y\nCMD z\nCOPY a b\n")
	list := b.File.Final().Instructions
	for k, want := range map[int]string{0: "x", 2: "z"} {
		if st := b.Step(list[k]); len(st.Commands) != 1 || st.Commands[0].Program != want {
			t.Errorf("the step of %s has the commands %v, want %s", list[k].Keyword, st.Commands, want)
		}
	}
	if st := b.Step(list[1].Trigger); len(st.Commands) != 1 || st.At != list[1] {
		t.Errorf("the step of a trigger lies at %v, with %d commands", st.At, len(st.Commands))
	}
	if st := b.Step(list[3]); len(st.Commands) != 0 || st.Instruction != list[3] {
		t.Errorf("COPY has the step %+v", st)
	}
}
