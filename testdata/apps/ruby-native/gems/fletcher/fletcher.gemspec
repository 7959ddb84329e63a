Gem::Specification.new do |spec|
  spec.name = "fletcher"
  spec.version = "1.0.0"
  spec.summary = "Fletcher's checksum in C"
  spec.authors = ["Harbour"]
  spec.files = ["ext/fletcher/fletcher.c", "ext/fletcher/extconf.rb"]
  spec.extensions = ["ext/fletcher/extconf.rb"]
end
