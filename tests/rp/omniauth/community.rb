# frozen_string_literal: true

# The nearest thing to Mobilize: a small Rack application that logs members in by OmniAuth's OpenID Connect strategy,
# under the paths that Devise gives it.

require "json"
require "logger"
require "securerandom"

require "omniauth_openid_connect"
require "puma"
require "puma/server"
require "rack/protection"
require "rack/session/cookie"

OmniAuth.config.path_prefix = "/users/auth"
OmniAuth.config.logger = Logger.new(IO::NULL)
# As in production, where members see a page and no exception.
OmniAuth.config.failure_raise_out_environments = []
# The gem discovers over https, unless it is told that this is a development machine.
SWD.url_builder = URI::HTTP

class Community
  NAME = :openidconnect
  START = "/users/auth/#{NAME}"
  CALLBACK = "#{START}/callback"
  LOG_OUT = "#{START}/logout"
  SCOPE = %i[openid profile email].freeze

  attr_reader :url

  # The block is given our URL and answers the options of the strategy, once it has registered that URL.
  def initialize
    @server = Puma::Server.new(->(env) { @app.call(env) })
    @server.add_tcp_listener("127.0.0.1", 0)
    @url = "http://localhost:#{@server.connected_ports.first}"
    @app = application(yield(self))
    @server.run
  end

  def stop
    @server.stop(true)
  end

  def callback
    "#{url}#{CALLBACK}"
  end

  private

  def application(options)
    Rack::Builder.app do
      use Rack::Session::Cookie, secret: SecureRandom.hex(64)
      use(OmniAuth::Builder) { provider :openid_connect, name: NAME, **options }
      run ->(env) { Pages.new(Rack::Request.new(env)).answer }
    end
  end

  # What the community itself shows.
  class Pages
    def initialize(request)
      @request = request
    end

    def answer
      page(case @request.path
           when CALLBACK then signed_in
           when "/users/auth/failure" then refused
           when "/forged" then form("")
           else form(token)
           end)
    end

    private

    def signed_in
      auth = @request.env.fetch("omniauth.auth")
      "<h1>Welcome</h1><pre>#{Rack::Utils.escape_html(JSON.generate(auth.to_hash))}</pre>"
    end

    def refused
      "<h1>Refused</h1><p>#{Rack::Utils.escape_html(@request.params["message"])}</p>"
    end

    # OmniAuth starts by POST alone, and wants to know that the form was ours.
    def form(token)
      <<~HTML
        <h1>Community</h1>
        <form method="post" action="#{START}">
          <input type="hidden" name="authenticity_token" value="#{token}">
          <input type="hidden" name="login_hint" value="">
          <button>Log in with your association login</button>
        </form>
      HTML
    end

    def token
      Rack::Protection::AuthenticityToken.token(@request.session)
    end

    def page(body)
      [200, { "content-type" => "text/html; charset=utf-8" }, ["<!doctype html><body>#{body}</body>"]]
    end
  end
end
