package buildkit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/timetest"
)

func check(t *testing.T, src string) Report {
	t.Helper()
	r, err := Check(context.Background(), parse(t, src))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func parse(t *testing.T, src string) *dockerfile.File {
	t.Helper()
	f, err := dockerfile.Parse([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func dump(r Report) string {
	var out []string
	for _, w := range r.Warnings {
		s := fmt.Sprintf("%s@%d", w.Rule, w.Line)
		if w.Hidden {
			s += " hidden"
		}
		out = append(out, s)
	}
	if r.Failure != nil {
		out = append(out, fmt.Sprintf("failure@%d", r.Failure.Line))
	}
	return strings.Join(out, ", ")
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"clean", "FROM alpine:3.20\nCMD [\"x\"]\n", ""},
		{"several", "FROM a as B\nENV PASSWORD x\nCMD y\nWORKDIR z\n",
			"FromAsCasing@1, StageNameCasing@1, LegacyKeyValueFormat@2, SecretsUsedInArgOrEnv@2, JSONArgsRecommended@3, WorkdirRelativePath@4"},
		{"stages that are not built count", "FROM a AS b\nCMD y\nFROM c\n", "JSONArgsRecommended@2"},
		{"skipped for the file", "# check=skip=all\nFROM a\nCMD y\n", "JSONArgsRecommended@3 hidden"},
		{"skipped by name, with another directive below", "# check=skip=MaintainerDeprecated;error=true\n# escape=`\nFROM a\nMAINTAINER `\n m\nCMD y\n",
			"MaintainerDeprecated@4 hidden, JSONArgsRecommended@6"},
		{"skipped for an instruction", "FROM a\n# Check = skip=MaintainerDeprecated\nMAINTAINER m\nCMD y\n", "MaintainerDeprecated@3 hidden, JSONArgsRecommended@4"},
		{"not a comment but a heredoc", "FROM a\nRUN <<E\n# check=skip=all\nE\nCMD y\n", "JSONArgsRecommended@5"},
		{"bad options", "# check=foo=bar\nFROM a\nCMD y\n", "JSONArgsRecommended@3 hidden, failure@0"},
		{"syntax is not fetched", "# syntax=example.invalid/x:1\nFROM a\nCMD y\n", "JSONArgsRecommended@3"},
		{"other platforms", "FROM --platform=linux/arm64 a\nFROM --platform=$BUILDPLATFORM b\n", "FromPlatformFlagConstDisallowed@1"},
		{"no network", "FROM a\nADD https://example.invalid/x /\nADD https://example.invalid/x.git /y\nCOPY --from=example.invalid/z:1 /a /b\nRUN --mount=type=bind,from=q,target=/x y\n", ""},
		{"base by argument", "ARG X\nARG V=\nFROM $X:$V\nCMD y\n", "InvalidDefaultArgInFrom@3, JSONArgsRecommended@4"},
		{"cannot be built", "FROM $X\n", "InvalidDefaultArgInFrom@1, UndefinedArgInFrom@1, failure@1"},
		{"circular", "FROM a AS b\nCOPY --from=c / /\nFROM a AS c\nCOPY --from=b / /\n", "failure@2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := dump(check(t, tt.src)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestNew(t *testing.T) {
	before := check(t, "FROM a\nCMD x\n# c\nMAINTAINER m\n")
	for _, tt := range []struct{ name, after, want string }{
		{"same, moved", "# c\nFROM a\nMAINTAINER m\nCMD x\n", ""},
		{"fewer", "FROM a\nCMD x\n", ""},
		{"another", "FROM a\nCMD x\nWORKDIR y\n", "WorkdirRelativePath@3"},
		{"one more of the same", "FROM a\nCMD x\nMAINTAINER m\nMAINTAINER m\n", "MaintainerDeprecated@4"},
		{"another that is hidden", "# check=skip=all\nFROM a\nWORKDIR y\n", "WorkdirRelativePath@3 hidden"},
		{"failure", "FROM a\nFROM a:/\n", "InvalidDefaultArgInFrom@2, BuildFailure@2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := dump(Report{Warnings: New(before, check(t, tt.after))}); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestCheckRefuses(t *testing.T) {
	for _, src := range []string{
		"FROM a\nENV A=xxxxxxxx\n" + strings.Repeat("ENV A=$A$A\n", 60),
		"FROM a\nENV A=xxxxxxxx\n" + strings.Repeat("ENV A=${A//?/yyyyyyyyyyyyyyyy}\n", 20),
	} {
		timetest.Within(t, time.Second, func() {
			_, err := Check(context.Background(), parse(t, src))
			var refused *dockerfile.Refusal
			if !errors.As(err, &refused) || refused.Code != dockerfile.RefusedSize {
				t.Errorf("got %v, want a refusal", err)
			}
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Check(ctx, parse(t, "FROM a\n")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the end of the context", err)
	}
}

// Every real file can be checked, twice with the same result.
func TestCorpus(t *testing.T) {
	root := corpustest.Root(t)
	n, failures := 0, 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || d.Name() != "Dockerfile" {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		n++
		f, err := dockerfile.Parse(src)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return nil
		}
		first, err := Check(t.Context(), f)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return nil
		}
		second, err := Check(t.Context(), f)
		if err != nil || !reflect.DeepEqual(first, second) {
			t.Errorf("%s: twice is not the same: %v\n%v\n%v", path, err, first, second)
		}
		if len(New(first, second)) > 0 {
			t.Errorf("%s: a file is worse than itself", path)
		}
		if first.Failure != nil {
			failures++
			t.Logf("%s: line %d: %s", path, first.Failure.Line, first.Failure.Message)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 100 || failures > n/10 {
		t.Errorf("%d files, %d of them cannot be built", n, failures)
	}
}
