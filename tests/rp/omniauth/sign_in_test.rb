# frozen_string_literal: true

# Members of an association log in to a community that is built as Mobilize is, and log out.

require "minitest/autorun"

require_relative "browser"
require_relative "community"
require_relative "novi"

class SignInTest < Minitest::Test
  ANN = { "email" => "ann@acme.example", "password" => "quarry otter lantern 7" }.freeze

  def self.novi
    @novi ||= Novi.new.tap do |novi|
      Minitest.after_run { novi.stop }
      names = ["--first-name", "Ann", "--last-name", "Åkesson"]
      add = ["member", "add", "--email", ANN["email"], *names, "--password-stdin"]
      @ann_id = novi.run(*add, input: ANN["password"])["member_id"]
    end
  end

  def self.ann_id
    novi && @ann_id
  end

  def setup
    @communities = []
    @browser = Browser.new
  end

  def teardown
    @communities.each(&:stop)
  end

  def test_a_member_signs_in_as_on_mobilize
    auth = welcome(log_in(community))

    assert_equal "openidconnect", auth["provider"]
    assert_equal self.class.ann_id, auth["uid"]
    assert_equal ["Ann Åkesson", ANN["email"]], auth["info"].values_at("name", "email")
    assert_equal %w[Ann Åkesson], auth["info"].values_at("first_name", "last_name")
    assert_equal self.class.novi.url, auth.dig("extra", "raw_info", "iss")
    assert auth.dig("credentials", "token")
  end

  def test_a_community_may_send_its_secret_in_each_way_that_it_knows
    %i[basic basic_without_www_form_urlencode body].each do |method|
      @browser = Browser.new
      assert_equal self.class.ann_id, welcome(log_in(community(client_auth_method: method)))["uid"], method
    end
  end

  def test_a_member_signs_in_on_a_community_that_signs_its_assertions
    key = OpenSSL::PKey::RSA.new(2048)
    file = File.join(self.class.novi.folder, "community.jwks.json")
    File.write(file, JSON.generate(keys: [JSON::JWK.new(key.public_key)]))
    flags = ["--token-auth-method", "private_key_jwt", "--jwks-file", file]

    community = community(*flags, client_auth_method: :jwt_bearer, client_options: { private_key: key })

    assert_equal self.class.ann_id, welcome(log_in(community))["uid"]
  end

  def test_a_member_who_is_logged_in_is_not_asked_again
    log_in(community)

    auth = welcome(start(community))

    assert_equal self.class.ann_id, auth["uid"]
  end

  def test_a_community_that_wants_the_password_gets_it_asked_for
    log_in(community)

    page = start(community(prompt: [:login]))

    assert_equal self.class.ann_id, welcome(@browser.press(page, "Log in", ANN))["uid"]
  end

  def test_the_hint_of_a_community_is_in_the_form
    page = start(community, "login_hint" => ANN["email"])

    assert_includes page.forms.flat_map(&:fields), ["email", ANN["email"]]
  end

  def test_the_response_may_come_back_as_a_form
    page = log_in(community(response_mode: :form_post))

    assert_equal self.class.ann_id, welcome(@browser.submit(page))["uid"]
  end

  def test_a_community_whose_admin_typed_the_endpoints_needs_no_discovery
    site = self.class.novi.url
    endpoints = { authorization_endpoint: "#{site}/oauth/authorize", token_endpoint: "#{site}/oauth/token",
                  userinfo_endpoint: "#{site}/oauth/userinfo", jwks_uri: "#{site}/oauth/jwks" }

    auth = welcome(log_in(community(discovery: false, client_options: endpoints)))

    assert_equal self.class.ann_id, auth["uid"]
  end

  def test_a_community_gets_a_refresh_token_when_it_asks_for_one
    auth = welcome(log_in(community(scope: Community::SCOPE + [:offline_access])))

    assert auth.dig("credentials", "refresh_token")
  end

  def test_a_member_who_does_not_want_to_share_comes_back_refused
    page = log_in(community("--consent"))

    page = @browser.answer(page, "no")

    assert_equal %w[Refused access_denied], [page.title, refusal(page)]
  end

  def test_a_member_who_shares_signs_in_and_is_not_asked_again
    community = community("--consent")
    page = log_in(community)

    first = welcome(@browser.answer(page, "share"))
    second = welcome(start(community))

    assert_equal [self.class.ann_id] * 2, [first["uid"], second["uid"]]
  end

  # The classic outage: the Directory Document typed with a slash at the end.
  def test_a_community_that_expects_another_spelling_of_the_issuer_refuses_the_provider
    site = self.class.novi.url
    ["#{site}/", site.sub("localhost", "LOCALHOST")].each do |wrong|
      page = start(community(issuer: wrong))

      assert_equal "Refused", page.title
      assert_match(/Issuer mismatch/, page.text, wrong)
    end
  end

  def test_a_wrong_secret_key_is_told_as_what_it_is
    page = log_in(community(client_options: { secret: "wrong" }))

    assert_equal %w[Refused invalid_client], [page.title, refusal(page)]
  end

  # OmniAuth begins nothing that a foreign page asks for, so no log-in page of ours is shown.
  def test_a_form_that_is_not_the_communitys_own_starts_nothing
    community = community()
    @browser.open(community.url)

    page = @browser.press(@browser.open("#{community.url}/forged"), "Log in with your association login")

    assert_equal %w[Refused authenticity_error], [page.title, refusal(page)]
  end

  def test_a_response_for_another_browser_is_refused_by_the_community
    page = Browser.new.open("#{community.callback}?code=stolen&state=stolen&iss=#{self.class.novi.url}")

    assert_equal %w[Refused csrf_detected], [page.title, refusal(page)]
  end

  def test_logging_out_of_the_community_asks_whether_to_log_out_here
    community = community { |url| ["--post-logout-redirect-url", "#{url}/"] }
    log_in(community)

    page = @browser.open("#{community.url}#{Community::LOG_OUT}")
    assert page.url.start_with?("#{self.class.novi.url}/log-out"), page
    assert_includes page.text, "Ann Åkesson"
    page = @browser.press(page, "Log out")

    assert_equal "You are logged out", page.title
    assert_equal "Log in", start(community).title
  end

  private

  # Adds a client by the command line, and connects a community to it.
  def community(*flags, client_options: {}, **options)
    started = Community.new do |community|
      flags = yield(community.url) if block_given?
      client = register(community, flags)
      { issuer: self.class.novi.url, discovery: true, client_auth_method: :body, scope: Community::SCOPE,
        post_logout_redirect_uri: "#{community.url}/",
        client_options: { identifier: client["client_id"], secret: client["client_secret"],
                          redirect_uri: community.callback, **client_options }, **options }
    end
    @communities << started
    started
  end

  def register(community, flags)
    self.class.novi.run("client", "add", "--name", "Community", "--redirect-url", community.callback, *flags)
  end

  def start(community, typed = {})
    @browser.press(@browser.open(community.url), "Log in with your association login", typed)
  end

  def log_in(community)
    @browser.press(start(community), "Log in", ANN)
  end

  # What OmniAuth hands the community.
  def welcome(page)
    assert_equal "Welcome", page.title, page
    JSON.parse(CGI.unescapeHTML(page.html[%r{<pre>(.*)</pre>}m, 1]))
  end

  def refusal(page)
    page.text.delete_prefix("Refused").strip
  end
end
