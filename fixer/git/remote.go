package git

import (
	"net/url"
	"path/filepath"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"

	"github.com/oakum-sec/oakum/fixer/disk"
)

// maxConfig bounds what is read of a git configuration.
const maxConfig = 1 << 20

// Remote returns the address under which people find the repository that root
// lies in: the URL of the remote origin, as https and without the user and the
// password that may be in it. It is "" where there is no repository, no such
// remote, or one that is a directory or a machine without a public name.
//
// Only .git/config is read, and nothing is run. What it includes from other
// files, and the rewriting of URLs (insteadOf), are not followed.
func Remote(root string) string {
	base, err := filepath.EvalSymlinks(root)
	if err != nil {
		return ""
	}
	top := Top(base)
	if top == "" {
		return ""
	}
	git, err := gitDirectory(top)
	if err != nil {
		return ""
	}
	if common, _, err := disk.ReadBounded(filepath.Join(git, "commondir"), 1<<16); err == nil { // a linked work tree
		to := strings.TrimSpace(string(common))
		if !filepath.IsAbs(to) {
			to = filepath.Join(git, to)
		}
		git = to
	}
	config, _, err := disk.ReadBounded(filepath.Join(git, "config"), maxConfig)
	if err != nil {
		return ""
	}
	return webAddress(originURL(string(config)))
}

// originURL finds url in the section of the remote origin.
func originURL(config string) string {
	inside := false
	for line := range strings.Lines(config) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			inside = strings.HasPrefix(line, `[remote "origin"]`)
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if inside && ok && strings.EqualFold(strings.TrimSpace(key), "url") {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return ""
}

var (
	// scpLike is git's short form of an address for ssh: git@host:owner/name.
	scpLike = text.Regexp(`^(?:[\w.-]+@)?([\w.-]+\.[\w-]+):([^:]+)$`)

	repositoryPath = text.Regexp(`^(/[\w.~-]+){2,}$`)
)

// webAddress turns an address that git fetches from into one for a browser.
func webAddress(remote string) string {
	if m := scpLike().FindStringSubmatch(remote); m != nil && !strings.Contains(remote, "://") {
		remote = "ssh://" + m[1] + "/" + strings.TrimPrefix(m[2], "/")
	}
	u, err := url.Parse(remote)
	if err != nil || u.RawQuery != "" || u.Fragment != "" {
		return ""
	}
	out := url.URL{Scheme: "https", Host: u.Hostname()}
	switch u.Scheme {
	case "https", "http":
		out.Scheme, out.Host = u.Scheme, u.Host
	case "ssh", "git":
	default:
		return ""
	}
	out.Path = strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), ".git")
	if !publicName().MatchString(u.Hostname()) || !repositoryPath().MatchString(out.Path) {
		return ""
	}
	return out.String()
}

// publicName is a host name that means the same everywhere: one with a domain,
// which no address in numbers has.
var publicName = text.Regexp(`(?i)^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.[a-z][a-z0-9-]+$`)
