package dockerfile

import (
	"fmt"
	"strings"

	"oakum/fixer"
	"oakum/fixer/build"
	"oakum/fixer/dockerfile"
)

// TLSDisabled wants nobody to switch off the checks that tell a real server or
// package from a forged one.
var TLSDisabled = &fixer.Rule{
	Name:     "dockerfile/tls-disabled",
	Title:    "certificate or signature check switched off",
	Severity: fixer.High,
	Kind:     fixer.Dockerfile,
	Doc: fixer.Doc{
		What: `Options, variables and settings that make a program accept any certificate or unsigned packages: curl -k, wget
--no-check-certificate, pip --trusted-host, npm and yarn strict-ssl, git http.sslVerify, NODE_TLS_REJECT_UNAUTHORIZED=0,
PYTHONHTTPSVERIFY=0, GIT_SSL_NO_VERIFY, sslverify and --nogpgcheck of yum and dnf, --allow-unauthenticated and --force-yes of
apt, [trusted=yes] in a package source, apk --allow-untrusted, rpm --nosignature, and the like, in RUN, ENV, ARG and
HEALTHCHECK. For a package that is a file in the build already the severity is low. Left alone are requests to the machine
itself, package sources on its own disk, and apk index, which only lists packages that were just built. Windows stages are not
read.`,
		Why: `Anybody on the way to the server (a proxy, a hijacked name, a rogue network) can then hand the build other bytes, which run as
root in it and stay in the image. A variable set by ENV switches the check off for everything the container does later, too.`,
		Breaks: `The download fails if the server's certificate or the package's signature is not known in the image: install ca-certificates,
or add the certificate of your own authority or proxy, or the publisher's key.`,
		Verify: `docker build --no-cache .   gets through all downloads`,
		Bad: `FROM debian:13
RUN curl -fsSLk https://example.org/tool.tar.gz -o /tmp/tool.tar.gz
`,
		Good: `FROM debian:13
RUN curl -fsSL https://example.org/tool.tar.gz -o /tmp/tool.tar.gz
`,
		References: []fixer.Reference{
			{Source: "CIS Docker", ID: "4.11"},
			{Source: "Checkov", ID: "CKV2_DOCKER_2 to CKV2_DOCKER_16"},
			{Source: "OWASP Docker Cheat Sheet", ID: "RULE 11", URL: "https://cheatsheetseries.owasp.org/cheatsheets/Docker_Security_Cheat_Sheet.html"},
		},
	},
	Check: func(p *fixer.Pass) {
		f := p.File.Dockerfile
		build.Each(f, func(_ *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if i.Keyword == "ENV" || i.Keyword == "ARG" {
				checkInsecureVariables(p, i, at)
			}
		})
		for _, st := range build.Steps(f, "RUN", "HEALTHCHECK", "CMD", "ENTRYPOINT") {
			for _, c := range st.Commands {
				if c.OnlyLocalURLs() {
					continue
				}
				for _, o := range insecureOptions(c) {
					reportInsecureOption(p, st, c, o)
				}
				for _, w := range c.Assigns {
					checkInsecureAssignment(p, st, c, w)
				}
			}
		}
	},
}

// insecureVariables switch a check off, with what they must hold to do so.
var insecureVariables = map[string]func(value string) bool{
	"NODE_TLS_REJECT_UNAUTHORIZED": isOff,
	"PYTHONHTTPSVERIFY":            isOff,
	"GIT_SSL_NO_VERIFY":            isGiven,
	"NPM_CONFIG_STRICT_SSL":        isOff,
	"YARN_STRICT_SSL":              isOff,
	"YARN_ENABLE_STRICT_SSL":       isOff,
	"PIP_TRUSTED_HOST":             isHost,
	"CONDA_SSL_VERIFY":             isOff,
	"GOINSECURE":                   isHost,
	"COMPOSER_DISABLE_TLS":         isOn,
	"HOMEBREW_CURLRC_INSECURE":     isOn,
}

func isOff(v string) bool {
	switch strings.ToLower(v) {
	case "0", "false", "no", "off":
		return true
	}
	return false
}

func isOn(v string) bool {
	switch strings.ToLower(v) {
	case "1", "true", "yes", "on":
		return true
	}
	return false
}

// isGiven is for variables of which git only asks whether they are set.
func isGiven(v string) bool { return v != "" }

func isHost(v string) bool {
	return v != "" && !isOff(v) && !strings.Contains(v, "$") && !strings.HasPrefix(v, "localhost") && !strings.HasPrefix(v, "127.")
}

func insecureVariable(name, value string) bool {
	check := insecureVariables[strings.ToUpper(name)]
	return check != nil && check(strings.Trim(value, `"'`))
}

func checkInsecureVariables(p *fixer.Pass, i, at *dockerfile.Instruction) {
	for _, pair := range i.Pairs {
		if !insecureVariable(pair.Key, pair.Value) {
			continue
		}
		f := fixer.Finding{
			Path:    place(p.File.Dockerfile, at) + " " + pair.Key,
			Message: fmt.Sprintf("%s %s=%s switches off a check of certificates", i.Keyword, pair.Key, pair.Value),
			Start:   pair.Word.Start, End: pair.Word.End,
		}
		what, alters := "every program of the build and of the container", []dockerfile.Field{dockerfile.FieldEnv}
		if i.Keyword == "ARG" {
			what, alters = "the steps of the build behind it", nil
		}
		edits, err := p.File.Dockerfile.DeletePair(i, pair)
		if err != nil {
			f.Advice = fmt.Sprintf("take %s out; it is not done here because %s", pair.Key, build.Reason(err))
		} else {
			f.Fixes = []fixer.Fix{{
				ID: "remove", Title: "remove " + pair.Key, Level: fixer.Review,
				Breaks: fmt.Sprintf("%s checks certificates again, and refuses servers whose certificate is not known in the image", what),
				Verify: "docker build --no-cache .   gets through all downloads, and the program reaches its servers",
				Edit: func(d *fixer.Draft) error {
					d.Dockerfile(p.File.Path, edits, alters...)
					return nil
				},
			}}
		}
		report(p, at, f)
	}
}

func checkInsecureAssignment(p *fixer.Pass, st build.Step, c build.Command, w dockerfile.Word) {
	name, value, _ := strings.Cut(w.Raw, "=")
	if !insecureVariable(name, value) {
		return
	}
	o := insecureOption{text: w.Raw, what: "switches off a check of certificates"}
	if len(c.Words) > 0 {
		o.remove = []dockerfile.Word{w}
	}
	reportInsecureOption(p, st, c, o)
}

func reportInsecureOption(p *fixer.Pass, st build.Step, c build.Command, o insecureOption) {
	f := fixer.Finding{
		Path:    place(p.File.Dockerfile, st.At) + ": " + o.text + c.Ordinal,
		Message: fmt.Sprintf("%s %s", o.text, o.what),
	}
	if c.Program != "" && !strings.HasPrefix(o.text, c.Program) {
		f.Path = place(p.File.Dockerfile, st.At) + ": " + c.Program + c.Ordinal + " " + o.text
		f.Message = fmt.Sprintf("%s %s", c.Program+" "+o.text, o.what)
	}
	f.Start, f.End = st.Span(c)
	if o.local {
		f.Severity = fixer.Low
	}
	advice := "take it out, and give the image the certificate or key that is missing"
	if o.advice != "" {
		advice = o.advice
	}
	switch edits, err := o.edits(p.File.Dockerfile, st); {
	case st.Script == nil:
		f.Advice = advice + st.NotEdited()
	case err != nil:
		f.Advice = advice + "; it is not done here because " + build.Reason(err)
	case edits == nil:
		f.Advice = advice
	default:
		title := "remove " + o.text
		if o.replace != "" {
			title = "write " + o.replace + " instead of " + o.old.Raw
		}
		f.Fixes = []fixer.Fix{{
			ID: "check", Title: title, Level: fixer.Review,
			Breaks: "the command fails if the server's certificate or the package's signature is not known in the image (no ca-certificates, an own authority, a proxy that opens connections)",
			Verify: "docker build --no-cache .   gets through the step",
			Edit: func(d *fixer.Draft) error {
				d.Dockerfile(p.File.Path, edits, contractField(st.Instruction)...)
				return nil
			},
		}}
	}
	report(p, st.At, f)
}

// contractField is the part of the runtime contract that the text of an
// instruction is; none for RUN.
func contractField(i *dockerfile.Instruction) []dockerfile.Field {
	switch i.Keyword {
	case "HEALTHCHECK":
		return []dockerfile.Field{dockerfile.FieldHealthcheck}
	case "CMD":
		return []dockerfile.Field{dockerfile.FieldCmd}
	case "ENTRYPOINT":
		return []dockerfile.Field{dockerfile.FieldEntrypoint}
	}
	return nil
}
