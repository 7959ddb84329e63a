package text

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestNeededWords(t *testing.T) {
	for _, tt := range []struct{ expr, want string }{
		{`\b(useradd|adduser)\b`, "adduser useradd"},
		{`(?i)apt\.conf|assumeyes\s*=`, "pt.conf ssumeyes"},
		{`(^|/)\.npmrc$`, ".npmrc"},
		{`^-p(.+)$`, "-p"},
		{`^[a-z]+$`, ""},
		{`(foo)?`, ""},
		{`(foo)*bar+`, "ba"},
		{`(foo){2,3}`, "foo"},
		{`(foo){0,3}`, ""},
		{`foo|[a-z]`, ""},
		{`(?i)straße`, ""},
		{`a.b.long.c`, "long"},
	} {
		got := slices.Clone(neededBy(tt.expr).list)
		slices.Sort(got)
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s needs %q, not %q", tt.expr, got, tt.want)
		}
	}
}

// FuzzPattern expects a pattern to find what the expression finds.
func FuzzPattern(f *testing.F) {
	for _, expr := range []string{
		`\b(useradd|adduser)\b`, `(?i)\bkubectl\b|--kube-?config`, `(?i)k8s|(s)ecret`, `(foo){2,3}|bar*`, `^-p(.+)$`, `(?i:a)bc|ab(?i)c`, `x*`, `(?s)a.*b`, `[ab]c|d`,
	} {
		for _, s := range []string{"", "RUN useradd x", "KUBECTL", "\u212aUBECTL get", "\u212a8s and \u017fecret", "foofoo", "barr", "-p1", "ABC aBc", "a\nb", "ac\xffd"} {
			f.Add(expr, s)
		}
	}
	f.Fuzz(func(t *testing.T, expr, s string) {
		plain, err := regexp.Compile(expr)
		if err != nil {
			return
		}
		p := MustCompile(expr)
		if got, want := p.MatchString(s), plain.MatchString(s); got != want {
			t.Errorf("%q in %q: %t, not %t", expr, s, got, want)
		}
		if got, want := p.Match([]byte(s)), plain.MatchString(s); got != want {
			t.Errorf("%q in the bytes of %q: %t, not %t", expr, s, got, want)
		}
		if got, want := p.FindAllStringSubmatchIndex(s, -1), plain.FindAllStringSubmatchIndex(s, -1); !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%q in %q: %v, not %v", expr, s, got, want)
		}
	})
}
