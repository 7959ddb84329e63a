package rules_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/image"
)

func (c *ruleCase) settings(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		key, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch key {
		case "", "#":
		case "level":
			l, err := fixer.ParseLevel(rest)
			if err != nil {
				t.Fatal(err)
			}
			c.level = l
		case "set":
			k, v, _ := strings.Cut(rest, "=")
			if c.params == nil {
				c.params = fixer.Params{}
			}
			c.params[k] = v
		case "fix":
			c.fix = rest
		case "refused":
			c.refused = regexp.MustCompile(strings.Trim(rest, `"`))
		case "blocked":
			c.blocked = regexp.MustCompile(strings.Trim(rest, `"`))
		case "source":
			c.facts = &fixer.Facts{Source: rest, Answers: c.answers, AllowedRegistries: c.allowed}
		case "allow":
			for name := range strings.FieldsSeq(rest) {
				registry, err := image.ParseRegistry(name)
				if err != nil {
					t.Fatal(err)
				}
				c.allowed = append(c.allowed, registry)
			}
			c.facts = &fixer.Facts{Answers: c.answers, AllowedRegistries: c.allowed}
		case "min-age":
			if c.facts == nil {
				c.facts = &fixer.Facts{Answers: c.answers}
			}
			if _, err := fmt.Sscan(rest, &c.facts.MinAge); err != nil {
				t.Fatalf("min-age %q: %v", rest, err)
			}
		case "checksums":
			if c.facts == nil {
				c.facts = &fixer.Facts{Answers: c.answers}
			}
			c.facts.Checksums = true
		case "freshen":
			if c.facts == nil {
				c.facts = &fixer.Facts{Answers: c.answers}
			}
			c.facts.Freshen = true
		case "answer":
			a := answerOf(t, rest)
			if c.answers == nil {
				c.answers = map[string]*image.Answer{}
			}
			c.answers[a.Ref] = c.answers[a.Ref].With(a)
			if c.facts == nil {
				c.facts = &fixer.Facts{Answers: c.answers}
			}
			c.facts.Answers = c.answers
		case "only":
			c.only = true
		case "names", "untracked", "tracked":
			for path := range strings.FieldsSeq(rest) {
				n := fixer.Name{Path: path}
				switch key {
				case "untracked":
					n.Git = buildcontext.GitUntracked
				case "tracked":
					n.Git = buildcontext.GitTracked
				}
				c.names = append(c.names, n)
			}
		case "want":
			var file, level, pattern string
			var n int
			place, rest, _ := strings.Cut(rest, " ")
			level, pattern, _ = strings.Cut(rest, " ")
			severity := ""
			if !strings.HasPrefix(pattern, `"`) {
				severity, pattern, _ = strings.Cut(pattern, " ")
			}
			file, num, _ := strings.Cut(place, ":")
			if _, err := fmt.Sscan(num, &n); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			c.wants = append(c.wants, want{file, n, level, severity, regexp.MustCompile(strings.Trim(pattern, `"`)), nil})
		default:
			t.Fatalf("unknown setting %q", line)
		}
	}
}

// answerOf reads what a registry says: a reference, and behind it words such as
// digest=a (64 times that digit), version=TAG, single, old, pinned=PLATFORM, listed,
// gone, user=USER, failure=KIND with the rest of the line as text.
func answerOf(t *testing.T, line string) *image.Answer {
	t.Helper()
	name, rest, _ := strings.Cut(line, " ")
	day := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	if strings.Contains(name, "://") {
		return fileAnswerOf(t, name, rest, day)
	}
	ref, err := image.ParseReference(name)
	if err != nil {
		t.Fatal(err)
	}
	a := &image.Answer{Ref: ref.String(), At: day, Index: true}
	for rest != "" {
		var word string
		word, rest, _ = strings.Cut(rest, " ")
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "digest":
			a.Asked |= image.AskDigest | image.AskVersion
			a.Digest = "sha256:" + strings.Repeat(value, 64)
		case "version":
			a.Version = value
		case "created":
			a.Asked |= image.AskConfig
			a.Config = &image.Config{}
			if value == "" {
				break
			}
			if a.Created, err = time.Parse(time.DateOnly, value); err != nil {
				t.Fatal(err)
			}
		case "single":
			a.Index = false
		case "old":
			a.Old = &image.Failure{Kind: image.Unreachable, Text: ref.Registry + " did not answer within 10 s"}
		case "pinned", "listed", "gone":
			a.Asked |= image.AskPin
			if a.Pin == nil {
				a.Pin = &image.Pinned{Created: day.AddDate(0, -3, 0), TagCreated: day.AddDate(0, 0, -5)}
			}
			a.Pin.Gone = a.Pin.Gone || key == "gone"
			a.Pin.Listed = a.Pin.Listed || key == "listed"
			a.Pin.Platform += value
		case "user":
			a.Asked |= image.AskConfig
			a.Config = &image.Config{User: value}
		case "failure":
			// Behind other words, it is the configuration alone that is not told.
			if a.Failed = image.AskConfig; a.Asked == 0 {
				a.Failed = image.AskDigest | image.AskVersion | image.AskConfig | image.AskPin
			}
			a.Asked |= a.Failed
			a.Failure = &image.Failure{Kind: image.FailureKind(value), Text: rest}
			return a
		default:
			t.Fatalf("unknown word %q of an answer", word)
		}
	}
	return a
}

// fileAnswerOf reads what a download brought: checksum=a (64 times that digit), or
// failure=KIND with the rest of the line as text.
func fileAnswerOf(t *testing.T, url, rest string, day time.Time) *image.Answer {
	t.Helper()
	a := &image.Answer{Ref: url, At: day, Asked: image.AskFile}
	word, rest, _ := strings.Cut(rest, " ")
	switch key, value, _ := strings.Cut(word, "="); key {
	case "checksum":
		a.File = &image.RemoteFile{Checksum: "sha256:" + strings.Repeat(value, 64), Size: 4096}
	case "failure":
		a.Failure = &image.Failure{Kind: image.FailureKind(value), Text: rest}
	default:
		t.Fatalf("unknown word %q of an answer about a file", word)
	}
	return a
}
