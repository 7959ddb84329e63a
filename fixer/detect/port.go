package detect

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

// most is how many source files are looked through.
const most = 5000

// listening are the ways to say on which port an application listens. The group is the port.
var listening = []func() *text.Pattern{
	text.Regexp(`\.listen\(\s*(\d{2,5})\b`),
	text.Regexp(`^(?:Spark\.)?port\((\d{4,5})\)`),
	text.Regexp(`["'](?:https?://)?(?:0\.0\.0\.0|\[::\]|\*|\+)?:(\d{2,5})/?["'` + "`" + `]`),
	text.Regexp(`\b(?:server\.)?[pP]ort["']?\s*[:=]\s*(?:int\()?["']?(\d{2,5})\b`),
	text.Regexp(`InetSocketAddress\(\s*(?:"[^"]*",\s*)?(\d{2,5})\s*\)`),
	text.Regexp(`Server[\w.:]*\(+\s*["'](?:0\.0\.0\.0|::|)["'],\s*(\d{2,5})\b`),
	text.Regexp(`(?:-b|--bind|--port|-p|--listen|-l)[ =]["']?(?:0\.0\.0\.0|\[::\]|\*)?:?(\d{4,5})\b`),
}

// defaults are the ways to say on which port an application listens where the variable PORT
// says nothing.
var defaults = []func() *text.Pattern{
	text.Regexp(`PORT\b["']?\)?\]?\s*(?:\|\||\?\?|,|\bor\b|:-)\s*["']?:?(\d{2,5})\b`),
}

// variable is how an application reads the variable PORT.
var variable = text.Regexp(`(?:env\.PORT\b|environ(?:\.get)?[\[(]["']PORT["']|[gG]etenv\(["']PORT["']|ENV(?:\.fetch)?[\[(]["']PORT["']|env::var\("PORT"|GetEnvironmentVariable\("PORT"\))`)

// loopback is how an application listens where nothing outside of its container reaches it.
var loopback = text.Regexp(`(?:\.listen\([^)]*|\b(?:run|serve|listen|[sS]erver)\(.*[hH]ost(?:name)?["']?\s*[:=]\s*|Server[\w.:]*\(+\s*|ListenAndServe\()["'](?:localhost|127\.0\.0\.1)(?::\d+)?["']`)

// opens is how a call begins that makes an application listen, and whose words follow on other lines; localHost
// is the word that says where. In other calls it is a host that the application connects to.
var (
	opens     = text.Regexp(`\b(?:run|serve|listen|[sS]erver)\([^)]*$`)
	localHost = text.Regexp(`^[^()]*[hH]ost(?:name)?["']?\s*[:=]\s*["'](?:localhost|127\.0\.0\.1)["']`)
)

// linesOfCall is how many lines after its beginning a call may have its host in.
const linesOfCall = 6

// others are ports of what applications connect to, and not of what they are.
var others = text.WordSet("25 110 143 389 443 465 587 636 993 1433 1521 2181 2375 2376 2379 3306 4317 4318 4444 5432 5433 5671 5672 6379 6380 8086 8125 8200 8500 9042 9092 9200 9300 11211 15672 26257 26379 27017")

// port finds out on which port the application listens: what a person says, what one place of
// its sources says, or what its framework does (0 for nothing). sources are their extensions.
func (d *draft) port(framework int, sources ...string) error {
	type place struct {
		name string
		line int
	}
	found, after := map[int]place{}, map[int]place{}
	for k, name := range d.all(func(n string) bool { return slices.Contains(sources, path.Ext(n)) && !isTest(n) }) {
		if k == most {
			break
		}
		number, called := 0, -linesOfCall
		for line := range bytes.Lines(d.Read(name)) {
			number++
			s := strings.TrimSpace(string(line))
			if strings.HasPrefix(s, "//") || strings.HasPrefix(s, "#") || strings.HasPrefix(s, "*") {
				continue
			}
			if variable().MatchString(s) && !d.app.ReadsPort {
				d.app.ReadsPort = true
				d.fact(name, number, "it listens on what PORT says")
			}
			if opens().MatchString(s) {
				called = number
			} else if strings.HasPrefix(s, ")") || strings.HasPrefix(s, "})") {
				called = -linesOfCall
			}
			if loopback().MatchString(s) || number-called < linesOfCall && localHost().MatchString(s) {
				return stack.Refuse(stack.UnknownPort, nil, "Listen on 0.0.0.0, at least in the container", "the application listens on the loopback address, which nothing outside of its container reaches (%s:%d)", text.VisibleLine(name), number)
			}
			for set, patterns := range [][]func() *text.Pattern{defaults, listening} {
				for _, p := range patterns {
					for _, m := range p().FindAllStringSubmatch(s, -1) {
						n, err := strconv.Atoi(m[1])
						if err != nil || n < 80 || n > 65535 || others[m[1]] {
							continue
						}
						into := []map[int]place{found, after}[set]
						if _, seen := into[n]; !seen {
							into[n] = place{name, number}
						}
					}
				}
			}
		}
	}
	if len(found) == 0 {
		found = after
	}
	switch {
	case d.choice.Port != 0:
		d.app.Port = d.choice.Port
	case len(found) == 1:
		for n, at := range found {
			d.app.Port = n
			d.fact(at.name, at.line, "it listens on port %d", n)
		}
	case len(found) > 1:
		var list []string
		for n, at := range found {
			list = append(list, fmt.Sprintf("%d (%s:%d)", n, text.VisibleLine(at.name), at.line))
		}
		slices.Sort(list)
		return stack.Refuse(stack.UnknownPort, nil, "Name the port with --port", "the sources name several ports: %s", strings.Join(list[:min(len(list), 4)], ", "))
	case framework != 0:
		d.app.Port = framework
	case d.app.ReadsPort:
		d.app.Port = 8080
	default:
		return stack.Refuse(stack.UnknownPort, nil, "Name the port with --port", "no file says on which port the application listens")
	}
	return nil
}

// startOption is how the words that start an application say on which port it listens.
var startOption = text.Regexp(`(?:^|\s)(?:-b|--bind|--port|-p|--listen|-l|--urls?|--http(?:[.-]port)?|-D?(?:-?server|quarkus\.http|micronaut\.server)[.-]port|-S)[ =]{0,2}(?:tcp://|https?://)?(?:[\w.*+-]*:|\[::\]:)?(\d{2,5})(?:\s|/|$)`)

// portOfWords is the port that the words which start an application name; 0 for none, or
// several.
func portOfWords(words []string) int {
	found := 0
	for _, m := range startOption().FindAllStringSubmatch(strings.Join(words, "  "), -1) { // a blank for each end
		n, err := strconv.Atoi(m[1])
		if err != nil || n < 80 || n > 65535 || found != 0 && n != found {
			return 0
		}
		found = n
	}
	return found
}

// isTest reports whether a file is for tests, by its name.
func isTest(name string) bool {
	base := path.Base(name)
	return strings.HasSuffix(base, "_test.go") || strings.HasPrefix(base, "test_") || strings.Contains(base, ".test.") || strings.Contains(base, ".spec.") || strings.Contains(base, ".config.") ||
		slices.ContainsFunc(strings.Split(path.Dir(name), "/"), func(part string) bool {
			return part == "test" || part == "tests" || part == "__tests__" || part == "spec" || part == "examples" || part == "docs"
		})
}
