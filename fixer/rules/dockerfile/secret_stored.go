package dockerfile

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A credentialStore is a command by which a program writes a secret into its
// settings, where the layer keeps it.
type credentialStore struct {
	programs map[string]bool
	command  *text.Pattern // of the words behind the program, joined by blanks
	file     string        // that it is written to, without the folder
}

// credentialStores are matched against text as it is written, so that a
// variable is still one.
var credentialStores = []credentialStore{
	{text.WordSet("npm pnpm"), text.MustCompile(`^(config )?set .*_(authToken|auth|password)\b`), ".npmrc"},
	{text.WordSet("yarn"), text.MustCompile(`^config set .*(npmAuthToken|npmAuthIdent|_authToken|_password)\b`), ".yarnrc.yml"},
	{text.WordSet("pip pip3"), text.MustCompile(`^config (-\S+ )*set \S*index-url `), "pip.conf"},
	{text.WordSet("poetry"), text.MustCompile(`^config (-\S+ )*"?(http-basic|pypi-token)\.`), "auth.toml"},
	{text.WordSet("bundle bundler"), text.MustCompile(`^config (set )?(-\S+ )*\S+[._]\S+ `), "config"},
	{text.WordSet("composer"), text.MustCompile(`^config (-\S+ )*"?(http-basic|github-oauth|gitlab-token|gitlab-oauth|bearer)\.`), "auth.json"},
	{text.WordSet("dotnet"), text.MustCompile(`^nuget (add|update) source .*(-p|--password) `), "NuGet.Config"},
	{text.WordSet("aws"), text.MustCompile(`^configure set \S*aws_(secret_access_key|session_token) `), "credentials"},
	{text.WordSet("gem"), text.MustCompile(`^sources? (-a|--add) `), ".gemrc"},
}

// variableIn finds the names of variables in text that a shell reads.
var variableIn = text.Regexp(`\$\{?(\w+)`)

// stored looks for a secret that the build is given and a program keeps in its
// settings. Plain text is the business of the other looks.
func (r *secretReader) stored(st build.Step, c *build.Command) {
	words := make([]string, 0, len(c.Words))
	for _, w := range c.Args() {
		words = append(words, w.Raw)
	}
	text := strings.Join(words, " ")
	for _, s := range credentialStores {
		if !s.programs[c.Program] || !s.command.MatchString(text) || deletedInStep(st, s.file) {
			continue
		}
		for _, m := range variableIn().FindAllStringSubmatch(text, -1) {
			if secret.Named(m[1]) {
				r.report(c.Program+" settings", c, fixer.Finding{Severity: fixer.Medium,
					Message: c.Program + " writes " + m[1] + " to " + s.file + ", which stays in the image layer",
					Advice:  secretLeft})
				return
			}
		}
	}
}
