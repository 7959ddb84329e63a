package dockerfile

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// dump writes instructions as lines "KEYWORD@line-endLine [flags] words", words
// as Raw, or as Raw=>Value where they differ, with ~ after dynamic ones.
func dump(f *File) string {
	var b strings.Builder
	for _, i := range f.Instructions {
		fmt.Fprintf(&b, "%s@%d-%d", i.Keyword, i.Line, i.EndLine)
		for _, fl := range i.Flags {
			fmt.Fprintf(&b, " [%s=%s]", fl.Name, fl.Value)
		}
		if i.JSON {
			b.WriteString(" json")
		}
		for _, w := range i.Words {
			fmt.Fprintf(&b, " <%s", w.Raw)
			if w.Value != w.Raw {
				fmt.Fprintf(&b, "=>%s", w.Value)
			}
			if w.Dynamic {
				b.WriteByte('~')
			}
			b.WriteByte('>')
		}
		for _, h := range i.Heredocs {
			fmt.Fprintf(&b, " {%s:%q expand=%t}", h.Name, f.Source[h.Start:h.End], h.Expand)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestParse(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"plain", "FROM alpine\nUSER app\n", "FROM@1-1 <alpine>\nUSER@2-2 <app>\n"},
		{"no final newline", "FROM alpine", "FROM@1-1 <alpine>\n"},
		{"lower case and tabs", "\t from\talpine  as\tx\n", "FROM@1-1 <alpine> <as> <x>\n"},
		{"crlf", "FROM alpine\r\nRUN a \\\r\n  b\r\n", "FROM@1-1 <alpine>\nRUN@2-3 <a> <b>\n"},
		{"mixed endings", "FROM alpine\r\nRUN a \\\n  b \\\r\n c\n", "FROM@1-1 <alpine>\nRUN@2-4 <a> <b> <c>\n"},
		{"bom", "\ufeffFROM alpine\n", "FROM@1-1 <alpine>\n"},
		{"bom and blanks", "\ufeff  FROM alpine\n", "FROM@1-1 <alpine>\n"},
		{"comment and blank inside", "FROM a\nRUN x \\\n# no \\\n\n  # it's\n  y\n", "FROM@1-1 <a>\nRUN@2-6 <x> <y>\n"},
		{"blanks after the escape", "FROM a\nRUN x \\  \t\n y\n", "FROM@1-1 <a>\nRUN@2-3 <x> <y>\n"},
		{"word over lines", "FROM a\nRUN ab\\\ncd ef\n", "FROM@1-1 <a>\nRUN@2-3 <abcd> <ef>\n"},
		{"escaped escape ends", "FROM a\nRUN x \\\\\nUSER y\n", "FROM@1-1 <a>\nRUN@2-2 <x> <\\\\=>\\>\nUSER@3-3 <y>\n"},
		{"escape on its own line", "FROM a\n\\\nUSER x\n", "FROM@1-1 <a>\nUSER@2-3 <x>\n"},
		{"keyword over lines", "FROM a\nUS\\\nER x\n", "FROM@1-1 <a>\nUSER@2-3 <x>\n"},
		{"continued into the end", "FROM a\nRUN x \\\n# c\n\n", "FROM@1-1 <a>\nRUN@2-4 <x>\n"},
		{"backtick", "# escape=`\nFROM a\nRUN x `\n y\\\nUSER z\n", "FROM@2-2 <a>\nRUN@3-4 <x> <y\\=>y>\nUSER@5-5 <z>\n"},
		{"escape too late", "FROM a\n# escape=`\nUSER z`\n", "FROM@1-1 <a>\nUSER@3-3 <z`>\n"},
		{"from in full", "ARG B=1\nFROM --platform=$BUILDPLATFORM ${B:-alpine} AS Build\n",
			"ARG@1-1 <B=1>\nFROM@2-2 [platform=$BUILDPLATFORM] <${B:-alpine}~> <AS> <Build>\n"},
		{"flags", "FROM a\nRUN --mount=type=cache,target=/x --network=none a --b\n",
			"FROM@1-1 <a>\nRUN@2-2 [mount=type=cache,target=/x] [network=none] <a> <--b>\n"},
		{"flags over lines", "FROM a\nCOPY --chown=1:1 \\\n  --from=x a \\\n  b\n", "FROM@1-1 <a>\nCOPY@2-4 [chown=1:1] [from=x] <a> <b>\n"},
		{"quoted flag", "FROM a\nCOPY --chown=\"1:1\" a b\n", "FROM@1-1 <a>\nCOPY@2-2 [chown=1:1] <a> <b>\n"},
		{"flag terminator", "FROM a\nCOPY --link -- --x b\n", "FROM@1-1 <a>\nCOPY@2-2 [link=] <--x> <b>\n"},
		{"quoted flag terminator", "FROM a\nRUN --\"\" a\n", "FROM@1-1 <a>\nRUN@2-2 <a>\n"},
		{"json", "FROM a\nCMD [ \"a b\" , \"c\\\"\\u0041\\\\\", \"$X\" ]\n",
			"FROM@1-1 <a>\nCMD@2-2 json <\"a b\"=>a b> <\"c\\\"\\u0041\\\\\"=>c\"A\\> <\"$X\"=>$X>\n"},
		{"empty json", "FROM a\nENTRYPOINT []\n", "FROM@1-1 <a>\nENTRYPOINT@2-2 json\n"},
		{"broken json is shell", "FROM a\nCMD [\"a\", b]\n", "FROM@1-1 <a>\nCMD@2-2 <[\"a\",=>[a,~> <b]>\n"},
		{"json copy", "FROM a\nCOPY --chown=1 [\"a b\", \"/c/\"]\n", "FROM@1-1 <a>\nCOPY@2-2 [chown=1] json <\"a b\"=>a b> <\"/c/\"=>/c/>\n"},
		{"env", "FROM a\nENV A=1 B=\"x y\" C='$z' D=a\\ b E=$A\n",
			"FROM@1-1 <a>\nENV@2-2 <A=1> <B=\"x y\"=>B=x y> <C='$z'=>C=$z> <D=a\\ b=>D=a b> <E=$A~>\n"},
		{"legacy env", "FROM a\nENV A  b \"c\"\n", "FROM@1-1 <a>\nENV@2-2 <A> <b \"c\"=>b c>\n"},
		{"label over lines", "FROM a\nLABEL a=b \\\n # x\n  c=\"d \\\n e\"\n", "FROM@1-1 <a>\nLABEL@2-5 <a=b> <c=\"d  e\"=>c=d  e>\n"},
		{"healthcheck", "FROM a\nHEALTHCHECK --interval=5s CMD [\"x\", \"y\"]\nHEALTHCHECK CMD curl -f x || exit 1\n",
			"FROM@1-1 <a>\nHEALTHCHECK@2-2 [interval=5s] json <CMD> <\"x\"=>x> <\"y\"=>y>\nHEALTHCHECK@3-3 <CMD> <curl> <-f> <x> <||~> <exit> <1>\n"},
		{"onbuild", "FROM a\nONBUILD COPY --chown=1 a b\n", "FROM@1-1 <a>\nONBUILD@2-2 <COPY> <--chown=1> <a> <b>\n"},
		{"onbuild with an unknown trigger", "FROM a\nONBUILD 00 b\n", "FROM@1-1 <a>\nONBUILD@2-2 <00> <b>\n"},
		{"heredoc", "FROM a\nRUN <<EOF\nx\n# y\nEOF\nUSER z\n", "FROM@1-1 <a>\nRUN@2-5 <<<EOF~> {EOF:\"x\\n# y\\n\" expand=true}\nUSER@6-6 <z>\n"},
		{"two heredocs", "FROM a\nCOPY <<-\"A\" <<B /x/\n\ta\n\tA\nb\nB\n",
			"FROM@1-1 <a>\nCOPY@2-6 <<<-\"A\"=><<-A> <<<B> </x/> {A:\"\\ta\\n\" expand=false} {B:\"b\\n\" expand=true}\n"},
		{"empty heredoc at the end", "FROM a\nRUN cat <<E\nE", "FROM@1-1 <a>\nRUN@2-3 <cat> <<<E~> {E:\"\" expand=true}\n"},
		{"nul bytes", "FROM a\nRUN x\x00y\n", "FROM@1-1 <a>\nRUN@2-2 <x\x00y>\n"},
		{"invalid utf-8", "FROM a\nLABEL a=\xff\n", "FROM@1-1 <a>\nLABEL@2-2 <a=\xff>\n"},
		{"user is one word", "FROM a\nUSER a b\n", "FROM@1-1 <a>\nUSER@2-2 <a b>\n"},
		{"comments before from", "# a\n\n# b\nFROM a\n", "FROM@4-4 <a>\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := mustParse(t, tt.src)
			checkInvariants(t, f)
			if got := dump(f); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}

func TestParseRejects(t *testing.T) {
	for _, tt := range []struct {
		name, src string
		line      int
		want      string
	}{
		{"empty", "", 0, "no instructions"},
		{"only comments", "# a\n", 1, "no instructions"},
		{"unknown instruction", "FROM a\nFRMO b\n", 2, `unknown instruction "FRMO"`},
		{"no from", "ARG a\n", 0, "the file has no FROM"},
		{"run before from", "ARG a\nRUN x\nFROM a\n", 2, "RUN stands before the first FROM"},
		{"from with two words", "FROM a b\n", 1, "FROM requires either one or three arguments"},
		{"heredoc without end", "FROM a\nRUN <<E\nx\n", 2, "unterminated heredoc"},
		{"unknown flag", "FROM a\nCOPY --chwon=1 a b\n", 2, "unknown flag: --chwon"},
		{"env without value", "FROM a\nENV A\n", 2, "ENV must have two arguments"},
		{"directive twice", "# escape=`\n# escape=`\nFROM a\n", 2, "only one escape parser directive"},
		{"bad escape", "# escape=x\nFROM a\n", 1, "invalid escape token"},
		{"line too long", "FROM a\nRUN " + strings.Repeat("x", 70000) + "\n", 2, "greater than max allowed size"},
		{"file too long", strings.Repeat("# 345678\n", 200000), 0, "bytes; more than"},
		{"too many variables", "FROM a\nENV A=" + strings.Repeat("${a:-", 2000), 2, "more than 1000 variables"},
		{"too many variables over lines", "FROM a\nENV A=" + strings.Repeat("${a:-\\\n# c\n\n", 2000), 2, "more than 1000 variables"},
		{"too many stages", strings.Repeat("FROM a\n", 501), 501, "more than 500 stages"},
		{"too many instructions", "FROM a\n" + strings.Repeat("USER b\n", 2000), 2001, "more than 2000 instructions"},
		{"binary", "\x7fELF\x02\x01\x01\x00\n", 1, "unknown instruction"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.src))
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("got %v, want a SyntaxError", err)
			}
			if !strings.Contains(syntax.Reason, tt.want) || strings.ContainsAny(syntax.Error(), "\n\x00") {
				t.Errorf("got %q, want one line with %q", syntax.Error(), tt.want)
			}
			if syntax.Line != tt.line {
				t.Errorf("got line %d, want %d", syntax.Line, tt.line)
			}
		})
	}
}

// After a shebang line BuildKit still finds syntax and check, but not escape.
func TestDirectivesAndComments(t *testing.T) {
	src := "#!/usr/bin/env x\n# syntax = docker/dockerfile:1 \n#ESCAPE=`\n# check=skip=all\n# plain\n\nFROM a\n# check=skip=X\nRUN a \\\n  # in\n b\n"
	f := mustParse(t, "\ufeff"+src)
	got := fmt.Sprint(f.Escape == '`')
	for _, d := range f.Directives {
		got += fmt.Sprintf("|%s=%s@%d:%s", d.Name, d.Value, d.Line, f.Source[d.Start:d.End])
	}
	for _, c := range f.Comments {
		got += fmt.Sprintf("|%s@%d:%t:%s", c.Text, c.Line, c.Inside != nil, f.Source[c.Start:c.End])
	}
	want := "false|syntax=docker/dockerfile:1@2:# syntax = docker/dockerfile:1 |check=skip=all@4:# check=skip=all" +
		"|plain@5:false:# plain|check=skip=X@8:false:# check=skip=X|in@10:true:# in"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// BuildKit's instruction reader panics without a linter when a comment above
// an instruction configures checks.
func TestCheckCommentAboveInstruction(t *testing.T) {
	mustParse(t, "FROM a\n# check=skip=WorkdirRelativePath\nWORKDIR x\n")
}

func TestFlagOptions(t *testing.T) {
	src := "FROM a\nRUN --mount=type=bind,from=golang:1,Target=/x,ro --mount=type=\"cache\" y\n"
	f := mustParse(t, src)
	run := f.Instructions[1]
	var got []string
	for _, o := range run.Flags[0].Options() {
		got = append(got, fmt.Sprintf("%s=%s %s %s", o.Key, o.Value, src[o.Word.Start:o.Word.End], src[o.Arg.Start:o.Arg.End]))
	}
	want := "type=bind type=bind bind|from=golang:1 from=golang:1 golang:1|target=/x Target=/x /x|ro= ro "
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("got %s", s)
	}
	if o := run.Flags[1].Options(); o != nil {
		t.Errorf("a quoted value has no certain places, got %v", o)
	}
}
