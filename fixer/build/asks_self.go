package build

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// AsksSelf reads a check that asks one page of its own container, with curl or
// wget, and fails when that does.
func AsksSelf(list []Command) (port, page string, ok bool) {
	link, fails := "", false
	for k, c := range list {
		switch {
		case k == 0 && (c.Program == "curl" || c.Program == "wget"):
			fails = c.Arguments().Has("-f")
			for _, w := range c.Args() {
				if w.Dynamic || w.Value == "-X" || w.Value == "-d" || w.Value == "--data" || w.Value == "-H" || w.Value == "--header" || w.Value == "-u" {
					return "", "", false
				}
				fails = fails || c.Program == "wget" || strings.HasPrefix(w.Value, "--fail")
				if strings.Contains(w.Value, "localhost") || strings.Contains(w.Value, "127.0.0.1") {
					if link != "" {
						return "", "", false
					}
					link = w.Value
				}
			}
		case k == 1 && c.Program == "exit" && c.Place&dockerfile.InOr != 0:
		default:
			return "", "", false
		}
	}
	if link != "" && !strings.Contains(link, "://") {
		link = "http://" + link
	}
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "http" || u.User != nil || u.Fragment != "" || (u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1") {
		return "", "", false
	}
	port, page = u.Port(), u.RequestURI()
	if port == "" {
		port = "80"
	}
	if !fails {
		page = "" // without --fail, curl is content with any answer
	}
	return port, page, isPort(port) && (page == "" || PagePath().MatchString(page))
}

func isPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 1 && n <= 65535 && strconv.Itoa(n) == s
}

// PagePath is what can stand in every probe without quoting.
var PagePath = text.Regexp(`^/[A-Za-z0-9._~/%?=&+:,@-]*$`)
