Gem::Specification.new do |spec|
  spec.name = "prober"
  spec.version = "0.0.1"
  spec.summary = "For development"
  spec.authors = ["Harbour"]
  spec.files = ["lib/prober.rb"]
end
