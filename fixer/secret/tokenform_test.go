package secret

import (
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

// even is text of the given length in which all characters of a set are about
// equally frequent, in no order that a list of examples has.
func even(set string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteByte(set[(i*7+i/len(set)*3)%len(set)])
	}
	return b.String()
}

// sample builds a text that a pattern matches: repeats as short as allowed, of
// a class letters that vary, of alternatives the first.
func sample(re *syntax.Regexp, n *int) string {
	var b strings.Builder
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		var set []rune
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= min(re.Rune[i+1], 'z'); r++ {
				if r > ' ' && len(set) < 80 {
					set = append(set, r)
				}
			}
		}
		if len(set) == 0 {
			return " "
		}
		b.WriteRune(set[*n*7%len(set)])
		*n++
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('q')
	case syntax.OpAlternate:
		return sample(re.Sub[0], n)
	case syntax.OpRepeat, syntax.OpPlus, syntax.OpStar, syntax.OpQuest:
		times := map[syntax.Op]int{syntax.OpRepeat: re.Min, syntax.OpPlus: 12}[re.Op]
		for range times {
			b.WriteString(sample(re.Sub[0], n))
		}
	default:
		for _, sub := range re.Sub {
			b.WriteString(sample(sub, n))
		}
	}
	return b.String()
}

// TestEveryTokenFormIsFound builds a token of each form and looks for it: the
// pattern is valid, a keyword lets it through, and its name is reported.
func TestEveryTokenFormIsFound(t *testing.T) {
	ids := map[string]bool{}
	for i := range tokenForms {
		f := &tokenForms[i]
		if ids[f.id] || f.what == "" || len(f.keywords) == 0 {
			t.Errorf("%s: twice, without a name or without a keyword", f.id)
		}
		ids[f.id] = true
		re, err := syntax.Parse(f.pattern, syntax.Perl)
		if err != nil {
			t.Errorf("%s: %v", f.id, err)
			continue
		}
		found := false
		for n := 1; n < 40 && !found; n++ {
			n := n
			text := f.keywords[0] + " " + sample(re, &n)
			found = slices.Contains(tokens(text, nil), f.what)
		}
		if !found {
			n := 1
			t.Errorf("%s is not found in a text like %.12q…", f.id, sample(re, &n))
		}
		for _, k := range f.keywords {
			if k != strings.ToLower(k) {
				t.Errorf("%s: the keyword %s has capitals", f.id, k)
			}
		}
	}
	if len(ids) < 100 {
		t.Errorf("only %d forms", len(ids))
	}
}

// The texts are put together here so that no scanner takes this file for a leak.
func TestTokenForms(t *testing.T) {
	hex, alnum := "0123456789abcdef", "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	for _, c := range []struct {
		text string
		want string // the forms, joined by ", "
	}{
		{"dapi" + even(hex, 32), "a Databricks API token"},
		{"TOKEN=dapi" + even(hex, 32) + " && x", "a Databricks API token"},
		{"glptt-" + even(hex, 40), "a GitLab pipeline trigger token"},
		{"pul-" + even(hex, 40), "a Pulumi API token"},
		{"hvs." + even(alnum, 95), "a Vault service token"},
		{"lin_api_" + even(alnum, 40), "a Linear API key"},
		{"dop_v1_" + even(hex, 64), "a DigitalOcean token"}, // found by the forms, and not again by the table
		{"ghp_" + even(alnum, 36), "a GitHub token"},        // the same
		{"dapi" + even(hex, 32) + " pul-" + even(hex, 40), "a Databricks API token, a Pulumi API token"},

		{"dapi" + strings.Repeat("a", 32), ""},           // says too little
		{"dapi" + even(hex, 31), ""},                     // too short
		{"Xdapi" + even(hex, 32), ""},                    // in the middle of a word
		{"dapi" + even(hex, 28) + "xxxxxx", ""},          // documentation
		{"pul-" + strings.Repeat("0", 40), ""},           //
		{"s." + even("abcdefghjkmnpqrstuvwxyz", 24), ""}, // allowed: letters only, as in code
		{"sha256:" + even(hex, 64), ""},
		{"commit " + even(hex, 40), ""},
		{"AKIA" + "IOSFODNN7EXAMPLE", ""},
		{"AKIA" + "IOSFODNN7EXAMPLE " + "AKIA" + "QYLPMN5HZBTW3KXV", "an AWS access key"}, // an example before a key hides nothing
		{"lin_api_${LINEAR}", ""},
	} {
		if got := strings.Join(Forms(c.text), ", "); got != c.want {
			t.Errorf("%.10q… (%d characters): %q, want %q", c.text, len(c.text), got, c.want)
		}
	}
}

// A text without a keyword must cost one walk over it.
func BenchmarkFormsOfLongText(b *testing.B) {
	text := strings.Repeat("RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n", 400)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Forms(text)
	}
}

func BenchmarkFormsOfValue(b *testing.B) {
	for b.Loop() {
		Forms("postgres://app@db:5432/shop?sslmode=disable")
	}
}
