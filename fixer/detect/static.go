package detect

import (
	"fmt"
	"path"

	"github.com/oakum-sec/oakum/fixer/image"
)

// draftStatic serves pages as they are, with the nginx that runs without root.
func draftStatic(d *draft) error {
	d.app.Stack, d.app.Like = "Static files", "static"
	d.app.Version = image.ToBeginWith("nginx").Version
	page := d.first("index.html", "site/index.html", "public/index.html", "html/index.html", "www/index.html")
	dir := path.Dir(page)
	d.fact(page, 0, "the pages are here")
	d.app.Port = 8080
	if d.choice.Port != 0 && d.choice.Port != 8080 {
		d.assume("nginx listens on port 8080, so that --port %d is not used", d.choice.Port)
	}
	from := dir + "/"
	if dir == "." {
		from = "."
	}
	d.add("# syntax=docker/dockerfile:1", "", "# This image has nginx, which runs as the user 101 and listens on port 8080.",
		"FROM nginxinc/nginx-unprivileged:"+d.app.Version+"-alpine", "COPY "+from+" /usr/share/nginx/html/",
		"# A number, because Kubernetes cannot tell from a name that the user is not root.", "USER 101:101", "EXPOSE 8080",
		"HEALTHCHECK --interval=30s --timeout=3s --start-period=5s \\", `    CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/"]`)
	d.app.Check = fmt.Sprintf("wget %d", 8080)
	return nil
}
