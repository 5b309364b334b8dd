# frozen_string_literal: true

# The smallest browser that can log in: cookies, redirects and forms, and no JavaScript.

require "cgi"
require "net/http"
require "uri"

class Browser
  MOST_REDIRECTS = 15

  Page = Struct.new(:url, :status, :html) do
    def forms
      html.scan(%r{<form\b([^>]*)>(.*?)</form>}m).map { |tag, inside| Form.new(tag, inside) }
    end

    def title
      Browser.words(html[%r{<h1\b[^>]*>(.*?)</h1>}m, 1].to_s)
    end

    def text
      Browser.words(html.sub(/\A.*<body/m, "<body"))
    end

    def to_s
      "the page #{url} (#{status}): #{text[0, 500]}"
    end
  end

  # A form as it stands on its page.
  class Form
    def initialize(tag, inside)
      @tag = tag
      @inside = inside
    end

    def method
      Browser.attribute(@tag, "method").to_s.upcase
    end

    def action
      Browser.attribute(@tag, "action").to_s
    end

    def fields
      @inside.scan(/<input\b([^>]*)>/).flatten.filter_map do |input|
        name = Browser.attribute(input, "name")
        [name, Browser.attribute(input, "value").to_s] if name
      end
    end

    # Label, name and value of each.
    def buttons
      @inside.scan(%r{<button\b([^>]*)>(.*?)</button>}m).map do |tag, label|
        [Browser.words(label), Browser.attribute(tag, "name"), Browser.attribute(tag, "value").to_s]
      end
    end
  end

  def self.attribute(tag, name)
    value = tag[/\s#{name}="([^"]*)"/, 1]
    value && CGI.unescapeHTML(value)
  end

  def self.words(html)
    CGI.unescapeHTML(html.gsub(/<[^>]*>/, " ")).gsub(/\s+/, " ").strip
  end

  def initialize
    # By host: browsers share cookies between the ports of one host.
    @cookies = Hash.new { |jars, host| jars[host] = {} }
  end

  def open(url)
    go(Net::HTTP::Get, URI(url), nil, "none")
  end

  # Fills in the form with this button, leaves its other fields as they are, and presses the button.
  def press(page, label, typed = {})
    form = page.forms.find { |candidate| candidate.buttons.any? { |words,| words == label } }
    raise "there is no button \"#{label}\" on #{page}" unless form

    send_form(page, form, form.buttons.find { |words,| words == label }, typed)
  end

  # Presses the button that stands for this answer, whatever its words.
  def answer(page, value)
    label, = page.forms.flat_map(&:buttons).find { |button| button[1..] == ["answer", value] }
    raise "there is no answer \"#{value}\" on #{page}" unless label

    press(page, label)
  end

  # Sends the only form of a page, as a script would.
  def submit(page)
    raise "there is not one form on #{page}" unless page.forms.one?

    send_form(page, page.forms.first, nil, {})
  end

  private

  def send_form(page, form, button, typed)
    unknown = typed.keys - form.fields.map(&:first)
    raise "no field #{unknown} in the form on #{page}" if unknown.any?
    raise "#{form.method} is not how things are changed, on #{page}" unless form.method == "POST"

    fields = form.fields.map { |name, value| [name, typed.fetch(name, value)] }
    fields << button[1..] if button && button[1]
    to = URI.join(page.url, form.action)
    from = origin(to) == origin(URI(page.url)) ? "same-origin" : "cross-site"
    go(Net::HTTP::Post, to, fields, from, origin(URI(page.url)))
  end

  def go(method, url, fields, from, origin = nil)
    MOST_REDIRECTS.times do
      answer = exchange(method, url, fields, from, origin)
      to = answer["location"]
      return Page.new(url.to_s, answer.code.to_i, answer.body.to_s.force_encoding("UTF-8")) unless to

      url = URI.join(url.to_s, to)
      method, fields, origin = Net::HTTP::Get, nil, nil
    end
    raise "more than #{MOST_REDIRECTS} redirects, the last one to #{url}"
  end

  def exchange(method, url, fields, from, origin)
    request = method.new(url, "accept" => "text/html", "sec-fetch-site" => from, "sec-fetch-mode" => "navigate")
    request["origin"] = origin if origin
    request.body = URI.encode_www_form(fields) if fields
    request["content-type"] = "application/x-www-form-urlencoded" if fields
    cookies = @cookies[url.host]
    request["cookie"] = cookies.map { |pair| pair.join("=") }.join("; ") if cookies.any?
    answer = Net::HTTP.start(url.host, url.port) { |http| http.request(request) }
    answer.get_fields("set-cookie")&.each { |cookie| keep(cookies, cookie) }
    answer
  end

  def keep(cookies, cookie)
    pair, *attributes = cookie.split(/;\s*/)
    name, value = pair.split("=", 2)
    gone = attributes.any? { |attribute| attribute.match?(/\Amax-age=0\z/i) }
    gone ? cookies.delete(name) : cookies[name] = value
  end

  def origin(url)
    "#{url.scheme}://#{url.host}:#{url.port}"
  end
end
