package portmove

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// A span is a piece of a text that is replaced.
type span struct {
	start, end int
	text       string
}

// itself matches the container's own address in a command, with what may say the port.
var itself = text.Regexp(`(?i)(\w+://)?(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(:\d+|/\d+\b|["',]*\s+["']?\d+\b)?`)

// rewritten finds the port in a command that runs in the container, and the addresses
// that mean it because they name none. The error says what may mean it besides.
func (m *Move) rewritten(s string) ([]span, error) {
	var out []span
	for _, at := range itself().FindAllStringSubmatchIndex(s, -1) {
		scheme, port := sub(s, at, 1), sub(s, at, 3)
		digits := strings.TrimLeft(port, ":/\"', \t")
		switch {
		case port != "" && m.is(digits):
			out = append(out, span{at[7] - len(digits), at[7], m.want()})
		case strings.HasPrefix(port, ":"):
		case strings.EqualFold(scheme, "http://") && m.from == 80, scheme == "" && m.from == 80 && callsClient(s[:at[0]]):
			out = append(out, span{at[5], at[5], ":" + m.want()})
		case scheme == "" && port == "":
			return nil, fmt.Errorf("names %s without a port", sub(s, at, 2))
		}
	}
	for _, at := range m.standalone().FindAllStringIndex(s, -1) {
		if !slices.ContainsFunc(out, func(have span) bool { return have.start >= at[0] && have.start < at[1] }) {
			return nil, fmt.Errorf("may name port %d in a way that oakum does not follow", m.from)
		}
	}
	if len(out) == 0 && strings.Contains(s, "://") && !itself().MatchString(s) {
		return nil, errors.New("asks an address that may be the container's own")
	}
	return out, nil
}

// callsClient reports whether the word before an address is of a call of curl or wget,
// for which it means HTTP.
func callsClient(before string) bool { return client().MatchString(before) }

var client = text.Regexp(`\b(curl|wget)\b[^;&|]*$`)

func sub(s string, at []int, k int) string {
	if at[2*k] < 0 {
		return ""
	}
	return s[at[2*k]:at[2*k+1]]
}

// standalone matches the port as a number of its own.
func (m *Move) standalone() *text.Pattern {
	return text.MustCompile(`(?:^|[^\w.])` + strconv.Itoa(m.from) + `(?:$|[^\w.])`)
}

// apply puts the spans into a text.
func apply(s string, spans []span) string {
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	var b strings.Builder
	at := 0
	for _, sp := range spans {
		b.WriteString(s[at:sp.start] + sp.text)
		at = sp.end
	}
	return b.String() + s[at:]
}

// connects reports whether a text is about a connection to a host on the port: a URL of
// it, or its name with the port.
func (m *Move) connects(s, host string) bool {
	if !strings.Contains(s, host) {
		return false // compiling the expression costs more than all the rest
	}
	return text.MustCompile(`(?:://(?:[^/@\s]*@)?` + regexp.QuoteMeta(host) + `(?::` + strconv.Itoa(m.from) + `)?(?:$|[^\w.:-]))|(?:^|[^\w.-])` + regexp.QuoteMeta(host) + `:` + strconv.Itoa(m.from) + `(?:$|\D)`).MatchString(s)
}
