package dockerfile

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// An insecureOption is a way in which a command switches a check off, and how
// to take it back.
type insecureOption struct {
	text   string // for people, as written
	what   string // what it does
	advice string // "" for the usual
	local  bool   // it is about a file that the build has already
	remove []dockerfile.Word
	// old becomes replace, when replace is not "".
	old     dockerfile.Word
	replace string
}

const (
	anyCertificate = "disables certificate verification, so an attacker on the network can replace the download"
	anyPackage     = "installs unsigned packages"
)

// edits returns nil without error when no edit is known.
func (o insecureOption) edits(f *dockerfile.File, st build.Step, c build.Command) ([]text.Edit, error) {
	if !st.Edited(c.Command) {
		return nil, nil
	}
	if o.replace != "" {
		return f.ReplaceWord(st.Instruction, o.old, o.replace)
	}
	var out []text.Edit
	for k, w := range o.remove {
		edits, err := f.DeleteWord(st.Instruction, w)
		if err != nil {
			return nil, err
		}
		if k > 0 && edits[0].Start < out[len(out)-1].End {
			edits[0].Start = out[len(out)-1].End
		}
		out = append(out, edits...)
	}
	return out, nil
}

// options without a value that switch a check off, by program.
var insecureFlags = map[string]map[string]string{
	"curl":     {"--insecure": anyCertificate, "--proxy-insecure": anyCertificate, "--doh-insecure": anyCertificate},
	"wget":     {"--no-check-certificate": anyCertificate},
	"apt-get":  {"--allow-unauthenticated": anyPackage, "--force-yes": anyPackage, "--allow-insecure-repositories": "accepts unsigned package lists"},
	"apt":      {"--allow-unauthenticated": anyPackage, "--force-yes": anyPackage, "--allow-insecure-repositories": "accepts unsigned package lists"},
	"aptitude": {"--allow-untrusted": anyPackage},
	"apk":      {"--allow-untrusted": anyPackage},
	"yum":      {"--nogpgcheck": anyPackage, "--no-gpgcheck": anyPackage},
	"dnf":      {"--nogpgcheck": anyPackage, "--no-gpgchecks": anyPackage, "--no-gpg-checks": anyPackage},
	"microdnf": {"--nogpgcheck": anyPackage},
	"tdnf":     {"--nogpgcheck": anyPackage},
	"zypper":   {"--no-gpg-checks": anyPackage, "--no-gpg-check": anyPackage, "--gpg-auto-import-keys": "trusts any key that the server offers", "--allow-unsigned-rpm": anyPackage},
	"rpm":      {"--nosignature": anyPackage, "--nodigest": "installs packages whose checksum is wrong"},
	"go":       {"-insecure": anyCertificate, "--insecure": anyCertificate},
	"helm":     {"--insecure-skip-tls-verify": anyCertificate},
	"skopeo":   {"--tls-verify=false": anyCertificate, "--src-tls-verify=false": anyCertificate},
	"npm":      {"--strict-ssl=false": anyCertificate, "--no-strict-ssl": anyCertificate},
	"yarn":     {"--no-strict-ssl": anyCertificate},
	"gem":      {"--trust-policy=NoSecurity": anyPackage},
	"svn":      {"--trust-server-cert": anyCertificate},
}

// insecureOptions finds what a command switches off.
func insecureOptions(c build.Command) []insecureOption {
	var out []insecureOption
	flags := insecureFlags[c.Program]
	if sub, _ := c.Subcommand(); c.Program == "apk" && (sub == "index" || sub == "verify" || sub == "fetch") {
		flags = nil
	}
	for _, w := range c.Args() {
		if what, ok := flags[w.Value]; ok {
			out = append(out, newFlag(c, w, what))
		}
	}
	switch c.Program {
	case "curl":
		out = append(out, curlInsecure(c)...)
	case "pip", "pip3":
		out = append(out, pipTrusted(c, c.Args())...)
	case "python", "python3":
		if args := c.Args(); len(args) > 1 && args[0].Value == "-m" && args[1].Value == "pip" {
			out = append(out, pipTrusted(c, args[2:])...)
		}
	case "npm", "yarn", "pnpm", "git", "conda", "yum-config-manager":
		out = append(out, insecureSettings(c)...)
	case "yum", "dnf", "microdnf", "apt", "apt-get":
		out = append(out, packageSettings(c)...)
	case "export":
		for _, w := range c.Args() {
			if name, value, ok := strings.Cut(w.Raw, "="); ok && insecureVariable(name, value) {
				out = append(out, insecureOption{text: w.Raw, what: "disables certificate verification"})
			}
		}
	case "echo", "printf", "sed", "tee":
		out = append(out, writtenSettings(c)...)
	}
	return out
}

func newFlag(c build.Command, w dockerfile.Word, what string) insecureOption {
	o := insecureOption{text: w.Value, what: what, remove: []dockerfile.Word{w}}
	switch {
	case w.Value == "--force-yes" && !c.Arguments().Has("-y", "--yes", "--assume-yes"):
		o.old, o.replace = w, "-y" // it answers questions too
	case slices.ContainsFunc(c.Plain(), localPackage):
		o.remove, o.local = nil, c.RemoteURL() == ""
		o.advice = "Verify a checksum of the package file, or sign the package and install the key, then remove the option"
	}
	return o
}

// localPackage reports whether an argument is a package file, whose signature
// no repository vouches for.
func localPackage(arg string) bool {
	return strings.HasSuffix(arg, ".apk") || strings.HasSuffix(arg, ".rpm") || strings.HasSuffix(arg, ".deb")
}

// shortOptions matches short options that are written together.
var shortOptions = text.Regexp(`^-[a-zA-Z]+$`)

// curlInsecure finds -k alone and among other short options.
func curlInsecure(c build.Command) []insecureOption {
	var out []insecureOption
	args := c.Args()
	for n := 0; n < len(args); n++ {
		w := args[n]
		if w.Dynamic || !shortOptions().MatchString(w.Value) {
			continue
		}
		for k := 1; k < len(w.Value); k++ {
			if build.TakesValue("curl", "-"+w.Value[k:k+1]) {
				if k == len(w.Value)-1 {
					n++
				}
				break
			}
			if w.Value[k] != 'k' {
				continue
			}
			o := insecureOption{text: "-k", what: anyCertificate}
			if rest := w.Value[:k] + strings.ReplaceAll(w.Value[k+1:], "k", ""); rest == "-" {
				o.remove = []dockerfile.Word{w}
			} else if w.Raw == w.Value && !takesValueIn(w.Value[k:]) {
				o.old, o.replace = w, rest
			} else if w.Raw == w.Value {
				o.old, o.replace = w, w.Value[:k]+w.Value[k+1:]
			}
			out = append(out, o)
			break
		}
	}
	return out
}

// takesValueIn reports whether one of the short options of curl takes a value.
func takesValueIn(letters string) bool {
	return strings.ContainsFunc(letters, func(r rune) bool { return build.TakesValue("curl", "-"+string(r)) })
}

func pipTrusted(c build.Command, args []dockerfile.Word) []insecureOption {
	var out []insecureOption
	what := "disables certificate verification for that package index"
	trusts := func(host string, remove ...dockerfile.Word) {
		o := insecureOption{text: "--trusted-host", what: what, remove: remove}
		if unencrypted(args, host) {
			o.remove, o.advice = nil, "Serve the package index over HTTPS, write https:// and remove the option: pip ignores an index with http:// that is not trusted"
		}
		out = append(out, o)
	}
	for k, w := range args {
		switch {
		case strings.HasPrefix(w.Value, "--trusted-host="):
			trusts(strings.TrimPrefix(w.Value, "--trusted-host="), w)
		case w.Value == "--trusted-host" && k+1 < len(args):
			trusts(args[k+1].Value, w, args[k+1])
		case strings.HasSuffix(w.Value, "trusted-host") && slices.ContainsFunc(args, func(w dockerfile.Word) bool { return w.Value == "set" }):
			out = append(out, insecureOption{text: "config set " + w.Value, what: what})
		}
	}
	return out
}

// unencrypted reports whether words name an address of a host with http://, or one whose
// protocol or host a variable decides.
func unencrypted(args []dockerfile.Word, host string) bool {
	host, _, _ = strings.Cut(host, ":")
	return slices.ContainsFunc(args, func(w dockerfile.Word) bool {
		_, address, valued := strings.Cut(w.Value, "=")
		if !valued || !strings.HasPrefix(w.Value, "-") {
			address = w.Value
		}
		rest, plain := strings.CutPrefix(address, "http://")
		if at := strings.LastIndexByte(rest, '@'); at >= 0 {
			rest = rest[at+1:]
		}
		return plain && (strings.HasPrefix(rest, host) || strings.Contains(host, "$") || strings.HasPrefix(rest, "$"))
	})
}

// settingNames are settings that a command such as npm config set writes, in
// lower case.
var settingNames = map[string]string{
	"strict-ssl": "true", "http.sslverify": "true", "https.sslverify": "true", "ssl_verify": "true", "enablestrictssl": "true",
	"sslverify": "1", "gpgcheck": "1", "repo_gpgcheck": "1",
}

// insecureSettings finds settings that are given as two words or as one with
// "=", and gives them the value that checks.
func insecureSettings(c build.Command) []insecureOption {
	var out []insecureOption
	args := c.Args()
	for k, w := range args {
		name, value, joined := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(w.Value, "--"), "setopt="), "=")
		good, known := settingNames[strings.ToLower(name)]
		switch {
		case !known:
		case joined && isOff(value) && insecureFlags[c.Program][w.Value] == "":
			o := insecureOption{text: w.Value, what: anyCertificate}
			if w.Raw == w.Value {
				o.old, o.replace = w, strings.TrimSuffix(w.Value, value)+goodValue(value, good)
			}
			out = append(out, o)
		case !joined && k+1 < len(args) && isOff(args[k+1].Value):
			out = append(out, insecureOption{
				text: w.Value + " " + args[k+1].Value, what: anyCertificate,
				old: args[k+1], replace: goodValue(args[k+1].Value, good),
			})
		}
	}
	return out
}

// goodValue is the opposite of a value, in the same words.
func goodValue(bad, usual string) string {
	switch bad {
	case "0":
		return "1"
	case "false":
		return "true"
	case "no":
		return "yes"
	}
	return usual
}

// packageSettings finds options of apt, yum and dnf that set such settings for
// one call.
func packageSettings(c build.Command) []insecureOption {
	var out []insecureOption
	args := c.Args()
	for k := 0; k < len(args); k++ {
		text, words := args[k].Value, args[k:k+1]
		if (text == "-o" || text == "--option" || text == "--setopt") && k+1 < len(args) {
			text, words = args[k+1].Value, args[k:k+2]
			k++
		}
		text = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(text, "--setopt="), "--option="), "-o")
		name, value, _ := strings.Cut(text, "=")
		name = strings.ToLower(name)
		if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
			name = name[dot+1:]
		}
		switch name {
		case "sslverify", "acquire::https::verify-peer", "acquire::https::verify-host":
			if isOff(strings.Trim(value, `"'`)) {
				out = append(out, insecureOption{text: text, what: anyCertificate, remove: words})
			}
		case "gpgcheck", "repo_gpgcheck":
			if isOff(strings.Trim(value, `"'`)) {
				out = append(out, insecureOption{text: text, what: anyPackage, remove: words})
			}
		case "acquire::allowinsecurerepositories", "apt::get::allowunauthenticated", "acquire::allowdowngradetoinsecurerepositories":
			if isOn(strings.Trim(value, `"'`)) {
				out = append(out, insecureOption{text: text, what: anyPackage, remove: words})
			}
		}
	}
	return out
}

// writtenSetting matches a setting that a command writes into a file.
var writtenSetting = text.Regexp(`(?i)\[[^\]]*\btrusted=(yes|true)[^\]]*\]|\bsslverify\s*=\s*(0|false|no)\b|\bgpgcheck\s*=\s*(0|false|no)\b|\bstrict-ssl\s*=\s*false\b|\btrusted-host\s*=\s*\S|Verify-Peer\s+"?false`)

func writtenSettings(c build.Command) []insecureOption {
	var out []insecureOption
	for _, w := range c.Args() {
		if m := writtenSetting().FindString(written(c, w.Raw)); m != "" && !strings.Contains(w.Raw, "file:") {
			out = append(out, insecureOption{
				text: strings.TrimSpace(m), what: "in a configuration file disables the verification of certificates or signatures",
				advice: "Remove the setting, and install the missing certificate or key in the image",
			})
		}
	}
	return out
}

// written is the part of a word that ends up in a file: of a substitution of
// sed only the second half.
func written(c build.Command, raw string) string {
	if c.Program != "sed" {
		return raw
	}
	at := strings.IndexByte(raw, 's')
	if at < 0 || at+1 >= len(raw) {
		return ""
	}
	parts := strings.Split(raw[at+1:], raw[at+1:at+2])
	if len(parts) < 3 {
		return ""
	}
	return parts[2]
}
