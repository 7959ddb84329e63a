package tui

import (
	"bytes"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// fakeRules are the rules of the tests.
func fakeRules() []*fixer.Rule {
	return []*fixer.Rule{runsAsRoot(), secretInArg(), portsAgree(), privileged(), devices(), noNewPrivileges(), readOnly(), tmpfs(), stubborn(), refusing(), seccomp()}
}

func runsAsRoot() *fixer.Rule {
	return &fixer.Rule{
		Name: "dockerfile/runs-as-root", Title: "runs as root", Severity: fixer.Critical, Kind: fixer.Dockerfile, Doc: doc("runs as root"), References: cited,
		Check: func(p *fixer.Pass) {
			for _, i := range p.File.Dockerfile.Instructions {
				if i.Keyword == "USER" {
					return
				}
			}
			for _, i := range p.File.Dockerfile.Instructions {
				if i.Keyword != "CMD" {
					continue
				}
				user := func(id, title string, params ...fixer.Param) fixer.Fix {
					return fixer.Fix{
						ID: id, Title: title, Level: fixer.Review, Breaks: "the app fails where it writes to files of root", Verify: "docker run --rm shop id -u", Params: params,
						Edit: func(d *fixer.Draft) error {
							who := d.Param("uid")
							if who == "" {
								who = d.Param("name")
							}
							d.Dockerfile([]text.Edit{text.Insert(i.Start, "USER "+who+"\n")}, "user")
							return nil
						},
					}
				}
				p.Report(fixer.Finding{
					Path: "stage run", Start: i.Start, End: i.End, Message: "the last stage has no USER, so its process is root",
					Evidence: []fixer.Evidence{{Kind: fixer.FromTable, Text: "node starts as root"}},
					Fixes: []fixer.Fix{
						user("set-user", "add USER before CMD", fixer.Param{Name: "uid", Meaning: "any number from 1", Default: "65532", Validate: number}),
						user("named-user", "add a named USER before CMD", fixer.Param{Name: "name", Meaning: "a user the image has", Default: "node"}),
					},
				})
			}
		},
	}
}

func secretInArg() *fixer.Rule {
	return &fixer.Rule{
		Name: "dockerfile/secret-in-arg", Title: "secret in ARG", Severity: fixer.High, Kind: fixer.Dockerfile, Doc: doc("secret in ARG"), References: cited,
		Check: func(p *fixer.Pass) {
			for _, i := range p.File.Dockerfile.Instructions {
				if i.Keyword == "ARG" && bytes.Contains(p.File.Data[i.Start:i.End], []byte("TOKEN")) {
					p.Report(fixer.Finding{Path: "ARG NPM_TOKEN", Start: i.Start, End: i.End, Message: "a token is passed as build argument",
						Advice: "move it to a build secret: RUN --mount=type=secret,id=npm"})
				}
			}
		},
	}
}

// eachService reports for the services that a test holds for.
func eachService(p *fixer.Pass, holds func(n *yamldoc.Node) bool, f fixer.Finding, edit func(d *fixer.Draft, doc *yamldoc.Doc, at yamldoc.Path) error) {
	for _, doc := range p.File.YAML.Docs {
		for name, n := range doc.Root.Get("services").All() {
			if !holds(n) {
				continue
			}
			g := f
			g.Path, g.Start, g.End = "services."+name, n.Start, n.End
			g.Fixes = slices.Clone(f.Fixes)
			for i := range g.Fixes {
				g.Fixes[i].Edit = func(d *fixer.Draft) error { return edit(d, doc, yamldoc.P("services", name)) }
			}
			p.Report(g)
		}
	}
}

func serviceRule(name, title string, sev fixer.Severity, holds func(n *yamldoc.Node) bool, fix fixer.Fix, ops func(d *fixer.Draft, at yamldoc.Path) ([]yamldoc.Op, error)) *fixer.Rule {
	return &fixer.Rule{
		Name: name, Title: title, Severity: sev, Kind: fixer.Compose, Doc: doc(title), References: cited,
		Check: func(p *fixer.Pass) {
			f := fixer.Finding{Message: "the service has " + title}
			if fix.ID != "" {
				f.Fixes = []fixer.Fix{fix}
			}
			eachService(p, holds, f, func(d *fixer.Draft, doc *yamldoc.Doc, at yamldoc.Path) error {
				o, err := ops(d, at)
				if err != nil {
					return err
				}
				d.YAML(doc, o...)
				return nil
			})
		},
	}
}

func lacks(key string) func(*yamldoc.Node) bool {
	return func(n *yamldoc.Node) bool { return n.Get(key) == nil }
}

func set(key string, value any) func(*fixer.Draft, yamldoc.Path) ([]yamldoc.Op, error) {
	return func(_ *fixer.Draft, at yamldoc.Path) ([]yamldoc.Op, error) {
		return []yamldoc.Op{yamldoc.Set(at.Join(key), value)}, nil
	}
}

func safely(id, title string) fixer.Fix {
	return fixer.Fix{ID: id, Title: title, Level: fixer.Safe, Verify: "docker compose up -d, then look at the logs"}
}

func carefully(id, title string) fixer.Fix {
	return fixer.Fix{ID: id, Title: title, Level: fixer.Review, Breaks: "the program fails if it needs it", Verify: "docker compose up -d"}
}

func privileged() *fixer.Rule {
	return serviceRule("compose/privileged", "privileged", fixer.High,
		func(n *yamldoc.Node) bool { v, ok := n.Get("privileged").Bool(); return v && ok },
		carefully("remove", "remove privileged"),
		func(_ *fixer.Draft, at yamldoc.Path) ([]yamldoc.Op, error) {
			return []yamldoc.Op{yamldoc.Remove(at.Join("privileged"))}, nil
		})
}

// devices is closed by what privileged does.
func devices() *fixer.Rule {
	return serviceRule("compose/all-devices", "all devices", fixer.Low,
		func(n *yamldoc.Node) bool { v, _ := n.Get("privileged").Bool(); return v }, fixer.Fix{}, nil)
}

func noNewPrivileges() *fixer.Rule {
	return serviceRule("compose/no-new-privileges", "no-new-privileges missing", fixer.Medium, lacks("security_opt"),
		safely("set", "set no-new-privileges"), set("security_opt", []any{"no-new-privileges:true"}))
}

func readOnly() *fixer.Rule {
	return serviceRule("compose/writable-root", "writable root", fixer.Medium, lacks("read_only"),
		carefully("set", "make the root read-only"), set("read_only", true))
}

// tmpfs comes up after readOnly.
func tmpfs() *fixer.Rule {
	return serviceRule("compose/tmpfs", "no tmpfs", fixer.Low,
		func(n *yamldoc.Node) bool { v, _ := n.Get("read_only").Bool(); return v && n.Get("tmpfs") == nil },
		safely("add", "mount a tmpfs at /tmp"), set("tmpfs", []any{"/tmp"}))
}

// stubborn has a fix that does not remove its finding, which the fold blocks.
func stubborn() *fixer.Rule {
	return serviceRule("compose/stubborn", "stubborn", fixer.Low, func(n *yamldoc.Node) bool { return n.Get("volumes") != nil },
		carefully("label", "label it"), set("labels", []any{"a=b"}))
}

// refusing has a fix that says itself that it cannot be made.
func refusing() *fixer.Rule {
	return serviceRule("compose/refusing", "refusing", fixer.Low, func(n *yamldoc.Node) bool { return n.Get("volumes") != nil },
		carefully("never", "do the impossible"),
		func(*fixer.Draft, yamldoc.Path) ([]yamldoc.Op, error) {
			return nil, fixer.Refuse("the value is an alias here")
		})
}

// portsAgree makes one fix in two files.
func portsAgree() *fixer.Rule {
	return &fixer.Rule{
		Name: "cross/ports", Title: "ports differ", Severity: fixer.Medium, Doc: doc("ports"), References: cited,
		Check: func(p *fixer.Pass) {
			c, df := p.Snapshot.File("compose.yaml"), p.Snapshot.File("Dockerfile")
			if c == nil || df == nil || c.YAML == nil || df.Dockerfile == nil {
				return
			}
			n := c.YAML.Docs[0].Root.Get("services").Get("api")
			at := bytes.Index(df.Data, []byte("EXPOSE 8080"))
			if n == nil || n.Get("expose") != nil || at < 0 {
				return
			}
			fix := carefully("move", "expose 8081 in both")
			fix.Edit = func(d *fixer.Draft) error {
				d.At("Dockerfile").Dockerfile([]text.Edit{{Start: at + 7, End: at + 11, New: "8081"}}, "expose")
				d.At("compose.yaml").YAML(c.YAML.Docs[0], yamldoc.Set(yamldoc.P("services", "api", "expose"), []any{"8081"}))
				return nil
			}
			p.Report(fixer.Finding{File: "compose.yaml", Path: "services.api", Start: n.Start, End: n.End, Message: "the image exposes another port", Fixes: []fixer.Fix{fix}})
		},
	}
}

// seccomp is safe once a registry has answered, and review before.
func seccomp() *fixer.Rule {
	return &fixer.Rule{
		Name: "kubernetes/seccomp", Title: "no seccomp profile", Severity: fixer.Medium, Kind: fixer.Kubernetes, Doc: doc("seccomp"), References: cited,
		Check: func(p *fixer.Pass) {
			doc := p.File.YAML.Docs[0]
			spec := yamldoc.P("spec", "template", "spec")
			n := doc.Root.At(spec)
			if n == nil || n.Get("securityContext") != nil {
				return
			}
			fix := carefully("set", "set the profile of the runtime")
			if _, known := p.Facts.Answers["docker.io/shop/web:2.0"]; known {
				fix.Level = fixer.Safe
			}
			fix.Edit = func(d *fixer.Draft) error {
				d.YAML(doc, yamldoc.Set(spec.Join("securityContext"), yamldoc.Map{{Key: "seccompProfile", Value: yamldoc.Map{{Key: "type", Value: "RuntimeDefault"}}}}))
				return nil
			}
			p.Report(fixer.Finding{Path: "Deployment/web: spec.template.spec", Start: n.Start, End: n.End, Message: "the pod has no seccomp profile", Fixes: []fixer.Fix{fix}})
		},
	}
}
