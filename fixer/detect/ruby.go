package detect

import (
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

var (
	rubyGemfile = text.Regexp(`(?m)^ruby ["']([^"']+)["']`)
	rubyLocked  = text.Regexp(`RUBY VERSION\s+ruby (\d+\.\d+)`)
)

func rubyCheck(port string) string {
	return fmt.Sprintf(`["ruby", "-rsocket", "-e", "TCPSocket.new('127.0.0.1', %s).close"]`, port)
}

func draftRuby(d *draft) error {
	d.app.Stack, d.app.Like = "Ruby", "ruby"
	gems := string(d.Read("Gemfile.lock")) + string(d.Read("Gemfile"))
	if d.has("Gemfile") && !d.has("Gemfile.lock") {
		return stack.Refuse(stack.UnknownOutput, nil, "Run bundle lock, and add Gemfile.lock", "there is no Gemfile.lock, so that every build installs something else")
	}
	start, err := d.chosen()
	if err != nil {
		return err
	}
	if err := d.entrypointScript(); err != nil {
		return err
	}
	port := 0
	switch {
	case start != nil:
	case d.has("Procfile"):
		start = d.procfile()
	case d.has("config.ru") && strings.Contains(gems, "puma"):
		port = d.portOr(9292)
		start = []string{"bundle", "exec", "puma", "--bind", fmt.Sprintf("tcp://0.0.0.0:%d", port)}
		d.fact("config.ru", 0, "puma serves it")
	default:
		if file := d.first("server.rb", "app.rb", "bin/server", "bin/serve"); file != "" {
			start = []string{"ruby", file}
			if d.has("Gemfile") {
				start = []string{"bundle", "exec", "ruby", file}
			}
			d.fact(file, 0, "it starts")
		}
	}
	if start == nil {
		return stack.Refuse(stack.UnknownStart, nil, "Name the command with --start, as in --start 'bundle exec puma'", "no file says how the application is started")
	}
	d.app.Version = d.version("ruby", "Ruby", stated{".ruby-version", strings.TrimPrefix(d.line(".ruby-version"), "ruby-")}, stated{"Gemfile", d.found("Gemfile", rubyGemfile)}, stated{"Gemfile.lock", d.found("Gemfile.lock", rubyLocked)})
	if port != 0 {
		d.app.Port = port
	} else if err := d.rubyPort(start); err != nil {
		return err
	}
	d.begin("ruby:" + d.app.Version + d.slim(d.has("Gemfile")))
	if d.has("Gemfile") {
		if strings.Contains(gems, "path:") || strings.Contains(gems, "\nPATH\n") || strings.HasPrefix(gems, "PATH\n") {
			d.add("COPY . .", "RUN bundle install")
		} else {
			d.add("# The gems change less often than the code: this layer is built again only when they do.", "COPY Gemfile Gemfile.lock ./", "RUN bundle install", "COPY . .")
		}
	} else {
		d.add("COPY . .")
	}
	d.finish(rubyCheck, start...)
	return nil
}

// rubyPort looks into the file that is started first, which may have no extension.
func (d *draft) rubyPort(start []string) error {
	file := start[len(start)-1]
	names := d.Names
	if d.has(file) && !strings.HasSuffix(file, ".rb") {
		read := d.Read
		d.Project = &Project{Names: []string{file + ".rb"}, Read: func(string) []byte { return read(file) }}
		err := d.port(0, ".rb")
		d.Project = &Project{Names: names, Read: read}
		for k := range d.app.Facts {
			d.app.Facts[k] = strings.ReplaceAll(d.app.Facts[k], file+".rb", file)
		}
		return err
	}
	return d.port(0, ".rb", ".ru")
}
