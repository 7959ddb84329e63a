package build

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// An Asked is what a check asks of its own container.
type Asked struct {
	Port    string
	Page    string   // "" for a check that is content with any answer
	Headers []Header // that it sends
}

// A Header is one of a request.
type Header struct{ Name, Value string }

// AsksSelf reads a check that asks one page of its own container, with curl or
// wget, and fails when that does. One that sends something else than a request for the
// page with headers is not read.
func AsksSelf(list []Command) (asked Asked, ok bool) {
	link, fails := "", false
	for k, c := range list {
		switch {
		case k == 0 && (c.Program == "curl" || c.Program == "wget"):
			options := c.Arguments()
			if options.Has(otherRequests...) {
				return Asked{}, false
			}
			fails = options.Has("-f") || c.Program == "wget"
			args := c.Args()
			for n := 0; n < len(args); n++ {
				w := args[n]
				if w.Dynamic {
					return Asked{}, false
				}
				if text, next, is := headerOption(c.Program, w.Value); is {
					if next {
						if n++; n == len(args) || args[n].Dynamic {
							return Asked{}, false
						}
						text = args[n].Value
					}
					h, ok := headerOf(text)
					if !ok {
						return Asked{}, false
					}
					asked.Headers = append(asked.Headers, h)
					continue
				}
				fails = fails || strings.HasPrefix(w.Value, "--fail")
				if strings.Contains(w.Value, "localhost") || strings.Contains(w.Value, "127.0.0.1") {
					if link != "" {
						return Asked{}, false
					}
					link = w.Value
				}
			}
		case k == 1 && c.Program == "exit" && c.Place&dockerfile.InOr != 0:
		default:
			return Asked{}, false
		}
	}
	if link != "" && !strings.Contains(link, "://") {
		link = "http://" + link
	}
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "http" || u.User != nil || u.Fragment != "" || (u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1") {
		return Asked{}, false
	}
	asked.Port, asked.Page = u.Port(), u.RequestURI()
	if asked.Port == "" {
		asked.Port = "80"
	}
	if !fails {
		asked.Page = "" // without --fail, curl is content with any answer
	}
	return asked, isPort(asked.Port) && (asked.Page == "" || PagePath().MatchString(asked.Page))
}

// otherRequests are options of curl and wget that make the request another one.
var otherRequests = []string{"-X", "--request", "-d", "--data", "--data-raw", "--data-binary", "--data-urlencode", "--json", "-F", "--form", "-u", "--user", "--http-user", "--upload-file",
	"-b", "--cookie", "--oauth2-bearer", "-x", "--proxy", "--connect-to", "--resolve", "--unix-socket", "--post-data", "--post-file", "--method", "--body-data"}

// headerOption reads the option that gives a header. next says that the next word is it.
func headerOption(program, word string) (text string, next, is bool) {
	if text, is = strings.CutPrefix(word, "--header"); is {
		text, given := strings.CutPrefix(text, "=")
		return text, !given && text == "", given || text == ""
	}
	if program != "curl" || !strings.HasPrefix(word, "-") || strings.HasPrefix(word, "--") {
		return "", false, false
	}
	for n := 1; n < len(word); n++ {
		if word[n] == 'H' {
			return word[n+1:], n == len(word)-1, true
		}
		if TakesValue(program, "-"+word[n:n+1]) {
			break
		}
	}
	return "", false, false
}

// headerOf reads a header that a manifest can show. One that is read from a file, that is taken
// away, or that identifies whoever asks is none.
func headerOf(s string) (Header, bool) {
	name, value, ok := strings.Cut(s, ":")
	h := Header{name, strings.TrimSpace(value)}
	return h, ok && headerName().MatchString(name) && headerValue().MatchString(h.Value) && !identifies().MatchString(name)
}

var (
	headerName  = text.Regexp(`^[A-Za-z0-9-]+$`)
	headerValue = text.Regexp(`^[ -~]+$`)
	identifies  = text.Regexp(`(?i)auth|cookie|token|key|secret|passw|credential`)
)

func isPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 1 && n <= 65535 && strconv.Itoa(n) == s
}

// PagePath is what can stand in every probe without quoting.
var PagePath = text.Regexp(`^/[A-Za-z0-9._~/%?=&+:,@-]*$`)
