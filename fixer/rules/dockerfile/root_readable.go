package dockerfile

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// closing finds, in the text of a RUN, what leaves files to root alone: modes
// that let others read nothing or run nothing, and root's home folder by
// another name.
var closing = text.Regexp(strings.Join([]string{
	`\bchmod\s+(?:-\w+\s+)*[0-7]?[0-7][0-7]0\b`,
	`\bchmod\s+(?:-\w+\s+)*(?:[0-7]?[1357][0-7][246]\b|u\+[rwX]*x\s)`,
	`\bchmod\s+(?:-\w+\s+)*(?:[ugoa]*[=+-][rwxXst]*,)*[ug]*[oa][ug]*(?:-\w*r\w*|=[wx]*[\s,])`,
	`\b(?:mkdir|install)\b[^;&|\n]*\s(?:-\w*m\s*|--mode[=\s])[0-7]?[0-7][0-7]0\b`,
	`\bumask\s+0?[0-7][0-7]7\b`,
	`\bpip3?\s+install\b[^;&|\n]*--user\b`,
	`(?:^|\s|[=:"'])~(?:/|\s|$)`,
	`\$\{?HOME\b`,
}, "|"))

// A closer is a command that leaves files to root alone without a word that
// says so.
type closer struct {
	command *text.Pattern
	opened  *text.Pattern // what shows that it does not, in the same step
	set     *text.Pattern // the same, anywhere in the file; nil for nothing
	what    string
}

// closers are the known ones. Which packages fetch something into the home
// folder of their user when they are installed, such as a browser, is not known.
var closers = sync.OnceValue(func() []closer {
	home := func(command, set string) closer {
		return closer{text.MustCompile(command), nil, text.MustCompile(set), "installs into the home directory of root"}
	}
	fetches := func(command, set string) closer {
		return closer{text.MustCompile(command), nil, text.MustCompile(set), fetchesModel}
	}
	return []closer{
		{
			text.MustCompile(`\bopenssl\s+(?:req\b[^;&|\n]*\s-keyout|(?:genrsa|genpkey|ecparam)\b[^;&|\n]*\s-out)\b|\bssh-keygen\b`),
			text.MustCompile(`\bch(?:mod|own)\b`), nil,
			"creates a key that only root can read",
		},
		home(`\bpipenv\s(?:[^;&|\n]*\s)?(?:install|sync)\b`, `--system|PIPENV_VENV_IN_PROJECT|WORKON_HOME|VIRTUAL_ENV`),
		home(`\bpoetry\s(?:[^;&|\n]*\s)?(?:install|sync)\b`, `(?i)virtualenvs[._](?:create|in[_-]project|path)|VIRTUAL_ENV`),
		home(`\bplaywright(?:@\S+)?\s(?:[^;&|\n]*\s)?install(?:\s|$)`, `PLAYWRIGHT_BROWSERS_PATH`),
		home(`\bpipx\s(?:[^;&|\n]*\s)?install\b`, `PIPX_HOME|--global`),
		home(`\buv\s+(?:tool|python)\s+install\b`, `UV_(?:TOOL|PYTHON_INSTALL)_DIR`),
		home(`\bdotnet\s+tool\s+install\s(?:[^;&|\n]*\s)?(?:-g|--global)\b`, `--tool-path`),
		fetches(`\b(?:SentenceTransformer|CrossEncoder|from_pretrained|snapshot_download|hf_hub_download|whisper\.load_model|WhisperModel)\(|\bfrom\s+transformers\s+import\s[^\n]*\bpipeline\b|\b(?:huggingface-cli|hf)\s+download\b`,
			`\b(?:HF_HOME|HF_HUB_CACHE|SENTENCE_TRANSFORMERS_HOME|TRANSFORMERS_CACHE|XDG_CACHE_HOME)\b|[(,\s]cache_(?:dir|folder)\s*=|\blocal_dir\s*=|--(?:cache|local)-dir|download_root`),
		fetches(`\beasyocr\.Reader\(`, `EASYOCR_MODULE_PATH|model_storage_directory`),
		fetches(`\bstanza\.download\(`, `STANZA_RESOURCES_DIR|model_dir`),
		fetches(`\bgensim\.downloader\b`, `GENSIM_DATA_DIR`),
		fetches(`\bargospm\s+install\b|\bargostranslate\b`, `ARGOS_PACKAGES_DIR|XDG_DATA_HOME`),
		fetches(`\brembg\s+d\b|\brembg\b[^\n]*\bnew_session\b`, `U2NET_HOME|XDG_DATA_HOME`),
		fetches(`\btorchvision\.models\b`, `TORCH_HOME|XDG_CACHE_HOME`),
		home(`\bjulia\b[^;&|\n]*\bPkg\b`, `JULIA_DEPOT_PATH`),
		home(`\brenv::(?:restore|install)\(`, `RENV_PATHS_CACHE|RENV_PATHS_ROOT|(?i:renv[._]config[._]cache[._]enabled)|cache\.symlinks`),
		home(`\bhelm\s+repo\s+add\b`, `HELM_(?:CONFIG_HOME|REPOSITORY)|XDG_CONFIG_HOME`),
		home(`\baz\s+extension\s+add\b`, `AZURE_(?:EXTENSION|CONFIG)_DIR`),
		home(`\bpm2\s+install\b`, `PM2_HOME`),
		home(`\bopam\s+(?:init|install)\b`, `OPAMROOT`),
		home(`\bnimble\s+(?:-\S+\s+)*install\b`, `NIMBLE_DIR`),
		home(`\braco\s+pkg\s+install\b`, `PLTADDONDIR|--scope\s+installation|\s-i\s`),
		home(`\bpub\s+global\s+activate\b`, `PUB_CACHE`),
		home(`\b(?:code-server|openvscode-server)\s[^;&|\n]*--install-extension\b`, `--extensions-dir`),
		home(`\bnvm-sh/nvm\b|\bcreationix/nvm\b|\bnvm\s+install\b`, `NVM_DIR`),
		home(`\bpyenv\.run\b|\bpyenv-installer\b|\bpyenv/pyenv\b`, `PYENV_ROOT`),
		home(`\bget\.sdkman\.io\b`, `SDKMAN_DIR`),
		home(`\bget\.volta\.sh\b`, `VOLTA_HOME`),
		home(`\bbun\.sh/install\b`, `BUN_INSTALL`),
		home(`\bdeno\.land/(?:x/)?install\b`, `DENO_INSTALL`),
		home(`\bhelm\s+plugin\s+install\b`, `HELM_(?:DATA_HOME|PLUGINS)`),
		home(`\bansible-galaxy\s(?:[^;&|\n]*\s)?install\b`, `ANSIBLE_(?:COLLECTIONS|ROLES|HOME)\w*|\s-p\s|-path[=\s]`),
		home(`\bcypress\s+install\b`, `CYPRESS_CACHE_FOLDER`),
		home(`\bpuppeteer(?:@\S+)?\s+browsers\s+install\b`, `PUPPETEER_CACHE_DIR|--path`),
		fetches(`\btorch\.hub\.load\(`, `TORCH_HOME|XDG_CACHE_HOME`),
		fetches(`\bnltk\.download|\btextblob\.download_corpora\b`, `NLTK_DATA|download_dir|\s-d\s`),
	}
})

const fetchesModel = "downloads a model into the home directory of root"

// closed returns the first part of a step that leaves files to root alone, and
// what it does.
func (s *imageCheck) closed(step string) (part, what string) {
	step = removal().ReplaceAllString(step, "")
	if found := closing().FindString(step); found != "" {
		return short(found), "creates files that only root can read"
	}
	return s.closedBy(step, closers())
}

// fetches is closed for the text of a program: what fetches models counts.
func (s *imageCheck) fetches(program string) (part, what string) {
	return s.closedBy(program, slices.DeleteFunc(slices.Clone(closers()), func(c closer) bool { return c.what != fetchesModel || c.set.MatchString(program) }))
}

func (s *imageCheck) closedBy(step string, list []closer) (part, what string) {
	for _, c := range list {
		found := c.command.FindString(step)
		if found == "" || c.opened != nil && c.opened.MatchString(step) || c.set != nil && c.set.Match(s.file.Source) {
			continue
		}
		return short(found), c.what
	}
	return "", ""
}

// short keeps the ends of a command: what is between may be long, or a secret.
func short(command string) string {
	words := strings.Fields(command)
	if n := len(words); n > 3 {
		words = []string{words[0], "…", words[n-1]}
	}
	return strings.Join(words, " ")
}

// forRootAlone returns, in words, the first instruction that leaves something
// to root alone which the program may have to read. Which files it reads cannot
// be seen, so any is reason enough to leave the USER to a person.
func (s *imageCheck) forRootAlone() string {
	for _, stage := range s.stage.Chain() {
		for _, i := range stage.Instructions {
			if what := s.closes(i); what != "" && !i.OnBuild {
				return fmt.Sprintf("%s on line %d %s", i.Keyword, i.Line, what)
			}
		}
	}
	return ""
}

func (s *imageCheck) closes(i *dockerfile.Instruction) string {
	mode, opened := i.Flag("chmod")
	_, owned := i.Flag("chown")
	switch i.Keyword {
	case "RUN":
		step := i.Text()
		for _, h := range i.Heredocs {
			step += "\n" + string(s.file.Source[h.Start:h.End])
		}
		if part, what := s.closed(step); part != "" {
			return fmt.Sprintf("(%s) %s", part, what)
		}
		if program := s.homeFile(i); program != "" {
			return fmt.Sprintf("(%s) writes to the home directory of root", program)
		}
		if script, what := s.runsFetcher(i); what != "" {
			return fmt.Sprintf("(%s) %s", script, what)
		}
	case "ADD", "COPY":
		if owned || len(i.Words) == 0 {
			return ""
		}
		if opened && len(mode.Value) >= 3 && strings.HasSuffix(mode.Value, "0") {
			return "copies with mode " + mode.Value
		}
		if url := i.Words[0].Value; i.Keyword == "ADD" && !opened && (strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "https://")) {
			return "downloads a file that only root can read (mode 0600)"
		}
	}
	return ""
}
