package registry

import "strings"

// parseChallenges reads WWW-Authenticate headers and returns the first challenge
// that is understood, Bearer or Basic, with its scope; nil when there is none.
func parseChallenges(headers []string) (*challenge, string) {
	for _, header := range headers {
		scheme, params := parseChallenge(header)
		switch scheme {
		case "bearer":
			if params["realm"] != "" {
				return &challenge{realm: params["realm"], service: params["service"], scope: map[string]string{}}, params["scope"]
			}
		case "basic":
			return &challenge{basic: true, scope: map[string]string{}}, ""
		}
	}
	return nil, ""
}

// parseChallenge reads a scheme and its parameters: name=token or name="text" with
// backslashes, between commas. What does not fit ends the reading.
func parseChallenge(s string) (scheme string, params map[string]string) {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(s), " ")
	params = map[string]string{}
	for rest = strings.TrimLeft(rest, " ,\t"); rest != ""; rest = strings.TrimLeft(rest, " ,\t") {
		name, after, ok := strings.Cut(rest, "=")
		if !ok {
			break
		}
		var value string
		value, rest = challengeValue(strings.TrimLeft(after, " "))
		if name = strings.ToLower(strings.TrimSpace(name)); params[name] == "" {
			params[name] = value
		}
	}
	return strings.ToLower(scheme), params
}

func challengeValue(s string) (value, rest string) {
	if !strings.HasPrefix(s, `"`) {
		if i := strings.IndexAny(s, ", \t"); i >= 0 {
			return s[:i], s[i:]
		}
		return s, ""
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			return b.String(), s[i+1:]
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}

// pullScope is the permission to read a repository, in the words of token
// servers.
func pullScope(repo string) string { return "repository:" + repo + ":pull" }
