package detect

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

// builtIn are extensions that the image has, and compiled are those that it compiles from its
// own sources alone.
var (
	builtIn  = text.WordSet("ctype curl date dom fileinfo filter ftp hash iconv json libxml mbstring mysqlnd openssl pcre pdo pdo_sqlite phar posix random readline reflection session simplexml sodium spl sqlite3 standard tokenizer xml xmlreader xmlwriter zlib opcache")
	compiled = text.WordSet("bcmath calendar exif mysqli pcntl pdo_mysql shmop sockets sysvmsg sysvsem sysvshm")
)

func phpCheck(port string) string {
	return fmt.Sprintf(`["php", "-r", "exit(@fsockopen('127.0.0.1', %s) ? 0 : 1);"]`, port)
}

func draftPHP(d *draft) error {
	d.app.Stack, d.app.Like = "PHP", "php"
	var composer struct {
		Require map[string]any `json:"require"`
	}
	if d.has("composer.json") && json.Unmarshal(d.Read("composer.json"), &composer) != nil {
		return stack.Refuse(stack.Disagreement, nil, "Correct composer.json", "composer.json cannot be read")
	}
	root := d.first("public/index.php", "index.php", "web/index.php")
	if d.choice.Start != nil || root == "" {
		return stack.Refuse(stack.UnknownStart, nil, "Write the Dockerfile by hand, and let oakum fix convert it", "no index.php says what Apache serves")
	}
	d.fact(root, 0, "Apache serves it")
	var extensions []string
	packages := false
	for name := range composer.Require {
		extension, ok := strings.CutPrefix(name, "ext-")
		packages = packages || !ok && name != "php"
		switch {
		case !ok || builtIn[extension]:
		case compiled[extension]:
			extensions = append(extensions, extension)
		default:
			return stack.Refuse(stack.UnknownPackage, nil, "Write the Dockerfile by hand, and let oakum fix convert it", "oakum does not know which libraries the extension %s needs", text.VisibleLine(extension))
		}
	}
	slices.Sort(extensions)
	if packages && !d.has("composer.lock") {
		return stack.Refuse(stack.UnknownOutput, nil, "Run composer update, and add composer.lock", "there is no composer.lock, so that every build installs something else")
	}
	constraint, _ := composer.Require["php"].(string)
	d.app.Version = d.version("php", "PHP", stated{"composer.json", constraint})
	d.app.Port = d.portOr(8080)
	served := "/app"
	if dir, _, ok := strings.Cut(root, "/"); ok {
		served += "/" + dir
	}
	d.begin("php:" + d.app.Version + "-apache-" + trixie())
	if len(extensions) > 0 {
		d.add("RUN docker-php-ext-install " + strings.Join(extensions, " "))
	}
	if packages {
		d.add("RUN apt-get update && apt-get install -y --no-install-recommends composer git unzip && rm -rf /var/lib/apt/lists/*")
	}
	d.add("# A port above 1024 needs no root.",
		fmt.Sprintf(`RUN sed -i 's/^Listen 80$/Listen %d/' /etc/apache2/ports.conf && sed -i -e 's/:80>/:%d>/' -e 's!/var/www/html!%s!' /etc/apache2/sites-available/000-default.conf`, d.app.Port, d.app.Port, served),
		`RUN printf '<Directory `+served+`>\nRequire all granted\nAllowOverride All\n</Directory>\n' > /etc/apache2/conf-enabled/app.conf`)
	d.add("COPY . .")
	if packages {
		d.add("RUN composer install --no-dev --no-interaction --optimize-autoloader")
	}
	d.finish(phpCheck)
	return nil
}
